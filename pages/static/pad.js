// What the canvas needs in the browser around streamlit-drawable-canvas: its drawing is sent the moment the pen is
// lifted (not 200 ms later), its hover toolbar, which would lie in the way of strokes, is put out of sight (the page has
// larger buttons of its own), and the keyboard can draw. pages/draw/canvas.py mounts it; {key, label}.

const SEND = 'button[aria-label="Update the app with this drawing"]';
const STEP_PX = 6;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const watched = new WeakMap();

export default ({ parentElement, data }) => {
  const box = document.querySelector(`.st-key-${data.key}`);
  if (!box) return;
  const attach = () => {
    for (const host of box.querySelectorAll("*")) {
      const canvas = host.shadowRoot?.querySelector("canvas.upper-canvas");
      if (canvas) prepare(host.shadowRoot, canvas, data.label);
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
  if (canvas.dataset.inkling) return;
  canvas.dataset.inkling = "ready";
  const style = document.createElement("style");
  style.textContent =
    ".dc-toolbar{display:none!important}.dc-scroll{overflow:visible!important}" +
    ".upper-canvas{touch-action:none}.upper-canvas:focus-visible{outline:2px solid var(--ink-accent);outline-offset:2px}" +
    ".ink-cursor{position:absolute;width:14px;height:14px;margin:-7px 0 0 -7px;border:2px solid var(--ink-accent);border-radius:50%;" +
    "pointer-events:none;z-index:30}.ink-cursor.down{background:var(--ink-accent)}.ink-cursor[hidden]{display:none}";
  root.append(style);
  const send = () => setTimeout(() => root.querySelector(SEND)?.click(), 0);
  let drawing = false;
  canvas.addEventListener("mousedown", () => (drawing = true));
  canvas.addEventListener("touchstart", () => (drawing = true), { passive: true });
  const lifted = () => {
    if (drawing) send();
    drawing = false;
  };
  for (const name of ["mouseup", "touchend", "touchcancel"]) canvas.ownerDocument.defaultView.addEventListener(name, lifted);
  canvas.setAttribute("aria-label", label);
  canvas.setAttribute("role", "application");
  canvas.tabIndex = 0;
  keyboard(canvas);
}

function keyboard(canvas) {
  const cursor = document.createElement("div");
  cursor.className = "ink-cursor";
  cursor.hidden = true;
  canvas.parentElement.append(cursor);
  let x = canvas.width / 2, y = canvas.height / 3, isDown = false;
  const fire = (name, target) => {
    const box = canvas.getBoundingClientRect();
    const place = { clientX: box.left + (x * box.width) / canvas.width, clientY: box.top + (y * box.height) / canvas.height };
    target.dispatchEvent(new MouseEvent(name, { ...place, bubbles: true, composed: true, cancelable: true, button: 0, view: window }));
  };
  const show = () => {
    cursor.hidden = false;
    cursor.style.left = `${(100 * x) / canvas.width}%`;
    cursor.style.top = `${(100 * y) / canvas.height}%`;
    cursor.classList.toggle("down", isDown);
  };
  const lift = () => {
    if (isDown) fire("mouseup", document);
    isDown = false;
  };
  canvas.addEventListener("keydown", (event) => {
    const move = ARROWS[event.key];
    if (move) {
      const step = event.shiftKey ? STEP_PX / 3 : STEP_PX;
      x = Math.min(canvas.width, Math.max(0, x + step * move[0]));
      y = Math.min(canvas.height, Math.max(0, y + step * move[1]));
      if (isDown) fire("mousemove", document);
    } else if (event.key === " " && !event.repeat) {
      if (isDown) lift();
      else {
        isDown = true;
        fire("mousedown", canvas);
      }
    } else if (event.key === "Escape") lift();
    else return;
    event.preventDefault();
    event.stopPropagation();
    show();
  });
  canvas.addEventListener("blur", () => {
    lift();
    cursor.hidden = true;
  });
}
