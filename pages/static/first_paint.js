// Shows the page once what it starts with is in place, so that nothing jumps under the reader's eyes: Streamlit draws
// one element after another, loads the scripts of its widgets meanwhile, and makes room for the sidebar at the end.
// pages/server/index_page.py links this script, theme.css hides the page meanwhile, pages/shell.py leaves the mark.

(() => {
  const LONGEST_MS = 10_000;
  const LONGEST_FOR_PARTS_MS = 4_000;  // from the mark on: what is still not drawn then may take its time
  const SETTLED_MS = 100;
  const EMPTY_PX = 8;
  const root = document.documentElement, began = performance.now();
  const isDrawn = (component) => !component.offsetParent || component.closest('[class*="st-key-unseen-"]') ||
    (component.querySelector('[data-testid="stBidiComponentRegular"]') ?? component).clientHeight > EMPTY_PX;
  const isDone = () => document.querySelector('.stApp[data-test-script-state="notRunning"]');
  const undrawn = () => [...document.querySelectorAll(".stBidiComponent")].filter((component) => !isDrawn(component));
  const isReady = () => isDone() && !document.querySelector('[data-testid="stSkeleton"]') && document.fonts.status === "loaded" && !undrawn().length;
  window.__inklingUndrawn = undrawn;  // for tests: what is never drawn would keep every visitor waiting
  let markedAt = null, settledAt = null;
  const look = () => {
    const now = performance.now();
    if (document.querySelector(".ink-ready") || isDone()) markedAt ??= now;  // a script that failed leaves no mark
    settledAt = markedAt !== null && isReady() ? settledAt ?? now : null;
    const isSettled = settledAt !== null && now - settledAt >= SETTLED_MS;
    const isLate = now - began > LONGEST_MS || (markedAt !== null && now - markedAt > LONGEST_FOR_PARTS_MS);
    if (isSettled || isLate) root.classList.remove("ink-waiting");
    else setTimeout(look, 20);
  };
  root.classList.add("ink-waiting");
  look();
})();
