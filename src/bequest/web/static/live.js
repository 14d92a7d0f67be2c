/* Keeps one region of a page up to date. Without script the page has a link that loads it anew. */
"use strict";
(() => {
  const region = document.querySelector("[data-live]");
  if (!region) return;
  const every = 2000;
  const isTyped = () => [...document.querySelectorAll("input, textarea")].some(
    (f) => f.type !== "hidden" && (f === document.activeElement || f.value !== f.defaultValue));
  const look = async () => {
    if (!document.hidden) {
      try {
        const got = await fetch(region.dataset.live, { credentials: "same-origin", redirect: "error" });
        if (!got.ok) return;
        const state = got.headers.get("X-State") || "";
        const seen = new DOMParser().parseFromString(await got.text(), "text/html");
        if (state !== region.dataset.state && !isTyped()) { location.reload(); return; }
        if (seen.body.innerHTML.trim() !== region.innerHTML.trim()) region.replaceChildren(...seen.body.childNodes);
      } catch { /* the server is away: the next time */ }
    }
    setTimeout(look, every);
  };
  setTimeout(look, every);
})();
