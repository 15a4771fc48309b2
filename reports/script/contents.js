// The list of contents: folded on a small screen, and where the reader is; paper shows what is folded away.
(() => {
  const small = matchMedia("(max-width: 48rem)").matches;
  document.querySelectorAll(".contents details").forEach((list) => (list.open = !small));

  const here = new IntersectionObserver(
    (entries) =>
      entries
        .filter((entry) => entry.isIntersecting)
        .forEach(({ target }) => {
          const body = target.closest(".language");
          body.querySelector(".contents a[aria-current]")?.removeAttribute("aria-current");
          body.querySelector(`.contents a[href="#${target.id}"]`)?.setAttribute("aria-current", "location");
        }),
    { rootMargin: "-30% 0px -65% 0px" },
  );
  document.querySelectorAll("main > section").forEach((section) => here.observe(section));

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not(.behind, .folded, .bibtex, [open])")];
    opened.forEach((fold) => (fold.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((fold) => (fold.open = false)));
})();
