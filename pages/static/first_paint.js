// Shows the page once what it starts with is in place, so that nothing jumps under the reader's eyes: Streamlit draws
// one element after another, loads the scripts of its widgets meanwhile, and makes room for the sidebar at the end.
// pages/server/index_page.py links this script, theme.css hides the page meanwhile, pages/shell.py leaves the mark.

(() => {
  const LONGEST_MS = 4_000;
  const SETTLED_MS = 60;
  const root = document.documentElement, began = performance.now();
  let settledAt = null;
  root.classList.add("ink-waiting");
  const isReady = () => document.querySelector(".ink-ready") && !document.querySelector('[data-testid="stSkeleton"]') && document.fonts.status === "loaded";
  const look = () => {
    const now = performance.now();
    settledAt = isReady() ? settledAt ?? now : null;
    if ((settledAt !== null && now - settledAt >= SETTLED_MS) || now - began > LONGEST_MS) root.classList.remove("ink-waiting");
    else setTimeout(look, 20);
  };
  look();
})();
