// What a page notes in its own address (the selected run, a setting, a section) is no step that Back could undo:
// Streamlit adds each as an entry of the history, at which Back then does nothing that can be seen.

const push = history.pushState;

export default function () {
  if (history.pushState !== push) return;
  history.pushState = function (state, unused, url) {
    const isSamePage = url != null && new URL(url, location.href).pathname === location.pathname;
    return isSamePage ? history.replaceState(state, unused, url) : push.call(history, state, unused, url);
  };
}
