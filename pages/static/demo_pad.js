// The field of the demo screen: strokes by finger, pen, mouse or keyboard, and the ink as the server takes it.

const query = new URL(import.meta.url).search;
const scripts = ["wire", "pad_pointers", "pad_keyboard", "pad_paint"].map((name) => import(`./${name}.js${query}`));
const [{ make }, { followPointers }, { followKeys }, { paintStroke }] = await Promise.all(scripts);

const SIDE_PX = 280, PEN_PX = 22; // of the canvas, however large it is shown
const SENT_PX = 140; // as pages/demo/demo_routes.py takes it

export class Pad {
  #strokes = [];

  /** send: takes the ink, a byte a pixel, once a stroke is made; touch: is told that one begins. */
  constructor(words, send, touch) {
    this.canvas = make("canvas", { width: SIDE_PX, height: SIDE_PX, tabIndex: 0 });
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", words.say("pad"));
    this.root = make("div", { className: "demo-pad" }, this.canvas);
    Object.assign(this, { send, touch });
    this.context = this.canvas.getContext("2d");
    this.copy = make("canvas", { width: SENT_PX, height: SENT_PX }).getContext("2d", { willReadFrequently: true });
    followPointers(this.canvas, this);
    followKeys(this.canvas, this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  place({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return { x: ((clientX - box.left) * SIDE_PX) / box.width, y: ((clientY - box.top) * SIDE_PX) / box.height };
  }

  /** A stroke is in the making. */
  show(points) {
    if (points.length === 1) this.touch();
    this.paint(points);
  }

  drop() {
    this.paint();
  }

  add(points) {
    this.#strokes.push(points);
    this.paint();
    this.copy.clearRect(0, 0, SENT_PX, SENT_PX);
    this.copy.drawImage(this.canvas, 0, 0, SENT_PX, SENT_PX);
    const { data } = this.copy.getImageData(0, 0, SENT_PX, SENT_PX);
    this.send(Uint8Array.from({ length: SENT_PX ** 2 }, (_, pixel) => data[4 * pixel + 3]));
  }

  press() {} // nothing that is pressed here means the drawing

  clear() {
    this.#strokes = [];
    this.paint();
  }

  paint(making) {
    const ink = getComputedStyle(this.canvas).color;
    this.context.clearRect(0, 0, SIDE_PX, SIDE_PX);
    for (const points of making ? [...this.#strokes, making] : this.#strokes) paintStroke(this.context, { points, width: PEN_PX, ink });
  }
}
