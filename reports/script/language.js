// Shows one language of the page: the one the address asks for, else the one chosen before, else that of the browser.
(() => {
  const bodies = [...document.querySelectorAll(".language")];
  const of = (tag) => bodies.find((body) => body.dataset.language === tag);
  const remembered = (tag) => {
    try {
      if (tag) sessionStorage.setItem("language", tag);
      return sessionStorage.getItem("language");
    } catch {
      return tag; // a browser may refuse storage to a page from disk
    }
  };
  const target = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;
    }
  };
  const show = (body) => {
    bodies.forEach((other) => (other.hidden = other !== body));
    document.documentElement.lang = body.lang;
    document.title = body.dataset.title;
  };
  const follow = () => {
    const body = target()?.closest(".language");
    if (!body) return;
    const turned = body.hidden;
    show(body);
    if (turned) target().scrollIntoView();
  };
  // The section that is being read, so that the other language opens at the same place.
  const reading = (body) => {
    const above = [...body.querySelectorAll("section[id]")].filter((it) => it.getBoundingClientRect().top < innerHeight / 2);
    return scrollY > innerHeight / 2 && above.length ? above.at(-1).id : null;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-switch]");
    if (!link) return;
    event.preventDefault();
    const [from, to] = [link.closest(".language"), of(link.dataset.switch)];
    const place = reading(from);
    const bare = (id) => (from === bodies[0] ? id : id.slice(from.dataset.language.length + 1));
    const hash = (to === bodies[0] ? "" : `${to.dataset.language}-`) + (place ? bare(place) : "top");
    remembered(to.dataset.language);
    show(to);
    history.replaceState(null, "", `#${hash}`);
    document.getElementById(hash).scrollIntoView();
    to.querySelector(`a[data-switch="${to.dataset.language}"]`).focus({ preventScroll: true });
  });
  addEventListener("hashchange", follow);
  const wished = [remembered(), ...navigator.languages].map((tag) => of(tag?.split("-")[0])).find(Boolean);
  show(target()?.closest(".language") ?? wished ?? bodies[0]);
  follow();
})();
