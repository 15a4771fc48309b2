// A reader's own baseline risk: absolute effects from the draws that stand in the page, by the formulas of the tables.
(() => {
  const LEVELS = { lower: 0.025, median: 0.5, upper: 0.975 };
  const RISKS = {
    "log RR": (risk, effect) => risk * Math.exp(effect),
    "log OR": (risk, effect) => 1 / (1 + ((1 - risk) / risk) * Math.exp(-effect)),
    RD: (risk, effect) => risk + effect,
  };
  const NOTHING = 1e-9;
  const clip = (risk) => Math.min(Math.max(risk, 0), 1);
  const each = (levels, change) => Object.fromEntries(Object.keys(LEVELS).map((name) => [name, change(levels[name])]));
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const start = (box) => {
    const data = JSON.parse(box.querySelector(".absolute-data").textContent);
    const { words, per } = data;
    const range = box.querySelector(".absolute-range");
    const number = box.querySelector(".absolute-number");
    const live = box.querySelector(".absolute-live");
    const capped = box.querySelector(".absolute-capped");
    const levels = {};
    for (const [name, draws] of Object.entries(data.draws)) {
      const sorted = [...draws].sort((a, b) => a - b);
      levels[name] = each(LEVELS, (share) => sorted[Math.round(share * (sorted.length - 1))]);
    }

    const decimals = (value, digits) => {
      const [whole, part] = Math.abs(value).toFixed(digits).split(".");
      const shown = whole.replace(/\B(?=(\d{3})+$)/g, data.thousands) + (part ? data.decimal + part : "");
      return (value < 0 && /[1-9]/.test(shown) ? "−" : "") + shown;
    };
    const counted = (value) => {
      const size = Math.abs(value);
      if (size > NOTHING && size < 0.05) return "<" + decimals(0.1, 1);
      return decimals(value, size >= 0.05 && size < 0.95 ? 1 : 0);
    };
    const moreOrFewer = (value) =>
      Math.abs(value) <= NOTHING ? words.same : fill(value > 0 ? words.more : words.fewer, { n: counted(Math.abs(value)) });
    const between = (found, write) => fill(words.interval, { lower: write(found.lower), upper: write(found.upper) });
    const whole = (value, up) => {
      if (value > data.most) return value === Infinity ? "∞" : ">" + decimals(data.most, 0);
      return decimals(Math.max(1, up ? Math.ceil(value - 1e-9) : Math.floor(value + 1e-9)), 0);
    };
    const needed = (difference) => {
      const sign = data.higher ? 1 : -1;
      const middle = sign * difference.median;
      const [worst, best] = [sign * difference.lower, sign * difference.upper].sort((a, b) => a - b);
      const inverse = (value) => per / Math.abs(value);
      const kind = (benefit, value) =>
        value === 0 ? words.none : fill(benefit ? words.benefit : words.harm, { n: whole(inverse(value), benefit) });
      const [near, far] = middle < 0 ? [worst, best] : [best, worst];
      const up = middle >= 0;
      const interval =
        worst <= 0 && best >= 0
          ? fill(words.through, { near: kind(up, near), far: kind(!up, far) })
          : fill(words.interval, { lower: whole(inverse(near), up), upper: whole(inverse(far), up) });
      return [kind(up, middle), interval];
    };
    const put = (row, cell, [estimate, interval], order) => {
      const place = row.querySelector(`[data-cell="${cell}"]`);
      if (!place) return;
      const note = document.createElement("span");
      note.className = "note";
      note.textContent = interval;
      place.dataset.order = order;
      place.replaceChildren(estimate, note);
    };
    const draw = (row, found) => {
      const bar = row.querySelector(".absolute-bar");
      for (const name of Object.keys(LEVELS)) bar.style.setProperty(`--${name}`, `${(100 * found[name]) / per}%`);
    };

    let waiting;
    const show = (percent) => {
      const risk = percent / 100;
      const own = per * risk;
      const at = (effects) => each(effects, (effect) => per * clip(RISKS[data.scale](risk, effect)));
      const against = (found) => each(found, (value) => value - own);
      const beyond = [];
      box.querySelector("[data-own]").textContent = counted(own);
      box.style.setProperty("--own", `${percent}%`);
      for (const row of box.querySelectorAll("[data-treatment]")) {
        const name = row.dataset.treatment;
        const found = at(levels[name]);
        const difference = against(found);
        put(row, "with", [counted(found.median), between(found, counted)], found.median);
        put(row, "difference", [moreOrFewer(difference.median), between(difference, moreOrFewer)], difference.median);
        put(row, "nnt", needed(difference), data.higher ? -difference.median : difference.median); // best first
        if (data.predictive) {
          const fresh = against(at(data.predictive[name]));
          put(row, "predictive", [moreOrFewer(fresh.median), between(fresh, moreOrFewer)], fresh.median);
        }
        draw(row, found);
        const draws = data.draws[name];
        const share = draws.filter((effect) => Math.abs(RISKS[data.scale](risk, effect) - 0.5) > 0.5).length / draws.length;
        beyond.push(share);
      }
      const most = Math.max(...beyond);
      capped.hidden = most === 0;
      const whole = decimals(100 * most, 0);
      const share = { 0: words.under, 100: words.over }[whole] ?? `${whole}%`;
      capped.textContent = fill(words.capped, { share });
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const found = at(levels[data.first]);
        const values = { risk: `${decimals(percent, Number.isInteger(percent) ? 0 : 1)}%`, own: counted(own) };
        live.textContent = fill(words.live, {
          ...values,
          count: counted(found.median),
          interval: between(found, counted),
        });
      }, 250);
    };

    range.addEventListener("input", () => {
      number.value = range.value;
      show(range.valueAsNumber);
    });
    const possible = () => number.valueAsNumber >= +number.min && number.valueAsNumber <= +number.max;
    number.addEventListener("input", () => {
      const percent = number.valueAsNumber;
      if (!possible()) return;
      range.value = percent;
      show(percent);
    });
    number.addEventListener("change", () => {
      if (!possible()) number.value = range.value;
    });
    box.hidden = false;
    show(number.valueAsNumber);
  };
  document.querySelectorAll(".absolute-slider").forEach(start);
})();
