// What the canvas needs in the browser around streamlit-drawable-canvas: its hover toolbar, which would lie in the way of
// strokes, is put out of sight (the page has larger buttons of its own), pointers are told from palms and pinches
// (pad_pointers.js), strokes come to it whole and none is lost (pad_strokes.js), and the keyboard can draw
// (pad_keyboard.js).
// pages/draw/canvas.py mounts it; {key, label, load, over, width, ink}.

const query = new URL(import.meta.url).search;
const scripts = ["pad_strokes", "pad_pointers", "pad_keyboard", "pen_answer"].map((name) => import(`./${name}.js${query}`));
const [{ Strokes }, { followPointers }, { followKeys }, { pen }] = await Promise.all(scripts);

const watched = new WeakMap();
const prepared = new WeakMap(); // canvas -> its strokes

export default ({ parentElement, data }) => {
  const box = document.querySelector(`.st-key-${data.key}`);
  if (!box) return;
  const attach = () => {
    for (const host of box.querySelectorAll("*")) {
      const canvas = host.shadowRoot?.querySelector("canvas.upper-canvas");
      if (!canvas) continue;
      if (!prepared.has(canvas)) prepared.set(canvas, prepare(host.shadowRoot, canvas, data.label));
      prepared.get(canvas).hear(data);
    }
  };
  watched.get(parentElement)?.disconnect();
  const observer = new MutationObserver(attach);
  observer.observe(box, { childList: true, subtree: true });
  watched.set(parentElement, observer);
  attach();
  const again = setInterval(attach, 150); // the canvas is made inside a shadow root, where nobody watches
  setTimeout(() => clearInterval(again), 6000);
  return () => {
    clearInterval(again);
    observer.disconnect();
  };
};

function prepare(root, canvas, label) {
  const style = document.createElement("style");
  style.textContent =
    ".dc-toolbar{display:none!important}.dc-scroll{overflow:visible!important}" +
    ".upper-canvas{touch-action:none}.upper-canvas:focus-visible{outline:2px solid var(--ink-accent);outline-offset:2px}" +
    ".ink-stroke{position:absolute;inset:0;width:100%;height:100%;pointer-events:none;z-index:25}" +
    ".ink-cursor{position:absolute;width:14px;height:14px;margin:-7px 0 0 -7px;border:2px solid var(--ink-accent);border-radius:50%;" +
    "pointer-events:none;z-index:30}.ink-cursor.down{background:var(--ink-accent)}.ink-cursor[hidden]{display:none}";
  root.append(style);
  const strokes = new Strokes(root, canvas, pen);
  followPointers(canvas, strokes);
  canvas.setAttribute("aria-label", label);
  canvas.setAttribute("role", "application");
  canvas.tabIndex = 0;
  followKeys(canvas, strokes);
  return strokes;
}
