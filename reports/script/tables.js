// Tables that sort by a press on a head: up, down, and back to the order of the report.
(() => {
  const FEWEST = 3;
  const words = (cell) => (cell.querySelector("bdi, strong, .spoken") ?? cell).textContent.trim();

  // The first number of a text as the page's language writes it; "<1%" stands just below 1%.
  const number = (text, decimal) => {
    const found = /[−-]?\d[\d.,]*/.exec(text)?.[0];
    if (!found) return null;
    const plain = found.replaceAll(decimal === "," ? "." : ",", "").replace(decimal, ".").replace("−", "-");
    return Number(plain) + ({ "<": -1e-9, ">": 1e-9 }[text[0]] ?? 0);
  };

  const key = (row, index, numeric, decimal) => {
    const cell = row.cells[index] ?? row.cells[row.cells.length - 1];
    if (cell.dataset.order !== undefined) return Number(cell.dataset.order);
    const text = words(cell);
    if (text === "" || text === "–") return null;
    return numeric ? number(text, decimal) : text;
  };

  const sorted = (rows, head, way) => {
    const body = head.closest(".language");
    const collator = new Intl.Collator(body.lang, { numeric: true });
    const numeric = head.classList.contains("number");
    const keyed = rows.map((row) => [row, key(row, head.cellIndex, numeric, body.dataset.decimal)]);
    const gap = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b));
    const least = way === "descending" ? -1 : 1;
    // What has no value stands last, whichever way the rest is sorted.
    const order = ([, a], [, b]) => (a === null || b === null ? (a === null) - (b === null) : least * gap(a, b));
    return keyed.sort(order).map(([row]) => row);
  };

  const press = (table, head, rows) => {
    const now = head.getAttribute("aria-sort");
    const way = { ascending: "descending", descending: null }[now] ?? (now ? null : "ascending");
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    if (way) head.setAttribute("aria-sort", way);
    table.tBodies[0].append(...(way ? sorted(rows, head, way) : rows));
    const { sortedBack, [way === "descending" ? "sortedDescending" : "sortedAscending"]: told } = head.closest(".language").dataset;
    head.closest(".language").querySelector("[role=status]").textContent =
      way ? told.replace("{column}", words(head)) : sortedBack;
  };

  for (const table of document.querySelectorAll(".scroll table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < FEWEST) continue;
    for (const head of table.querySelectorAll("thead th")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => press(table, head, rows));
    }
  }

  // A region that does not scroll is no stop for the keyboard.
  const stops = new ResizeObserver((entries) =>
    entries.forEach(({ target }) => (target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1)),
  );
  document.querySelectorAll(".scroll").forEach((region) => stops.observe(region));
})();
