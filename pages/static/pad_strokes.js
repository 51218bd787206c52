// The strokes of the pad: shown on a sheet of their own while they are made, and handed to streamlit-drawable-canvas as
// the events of a mouse once they are whole, which sends them to the server at once (not 200 ms later). A stroke that is
// dropped was never there, and whatever the server has the canvas show meanwhile cannot tear one in two.
//
// Clear, Undo and others have the canvas show another drawing a moment later; strokes made in between go with the old one.
// Each drawing has a number, which the canvas shows in its largest height (pages/draw/canvas.py), and the server says
// which strokes it had heard of when it made the drawing: those that it had not are handed over once more.
//
// What is pressed means what had been drawn by then, but a busy server hears of both at once. So a stroke that is made
// after a press waits on the sheet until the server has answered that.

const { paintStroke } = await import("./pad_paint.js" + new URL(import.meta.url).search);
const PATIENCE_MS = 5000; // for an answer
const SEND = 'button[aria-label="Update the app with this drawing"]';

export class Strokes {
  isHanding = false; // what the canvas hears now comes from here
  #root;
  #canvas;
  #pen;
  #sheet = document.createElement("canvas");
  #said = { load: 0, over: [0, 0], presses: 0, width: 1, ink: "black" };
  #pressed = null; // {presses, timer}: what the server had answered when a button was pressed
  #waiting = []; // strokes made since then: {points, width, ink}
  #given = []; // {load, number, points}: of each drawing, from 1

  /** pen: what follows the pen while it is down, with follow(canvases), lift() and drop(). */
  constructor(root, canvas, pen) {
    this.#root = root;
    this.#canvas = canvas;
    this.#pen = pen;
    this.#sheet.className = "ink-stroke";
    [this.#sheet.width, this.#sheet.height] = [canvas.width, canvas.height];
    canvas.parentElement.append(this.#sheet);
    const scroll = root.querySelector(".dc-scroll");
    if (scroll) new MutationObserver(() => this.#settleSoon()).observe(scroll, { attributeFilter: ["style"] });
  }

  hear(said) {
    this.#said = said;
    this.#settleSoon();
  }

  /** Return where the event is, in pixels of the canvas. */
  place({ clientX, clientY }) {
    const box = this.#canvas.getBoundingClientRect();
    const { width, height } = this.#canvas;
    return { x: ((clientX - box.left) * width) / box.width, y: ((clientY - box.top) * height) / box.height };
  }

  /** Show a stroke in the making, smoothed as Fabric.js will smooth it. */
  show(points) {
    this.hide();
    this.#paint({ points, ...this.#said });
    this.#pen.follow([this.#root.querySelector(".dc-canvas.lower-canvas"), this.#sheet]);
  }

  /** Take back a stroke in the making. */
  drop() {
    this.hide();
    this.#pen.drop();
  }

  hide() {
    this.#sheet.getContext("2d").clearRect(0, 0, this.#sheet.width, this.#sheet.height);
    for (const stroke of this.#waiting) this.#paint(stroke);
  }

  /** Put a whole stroke on the canvas and send the drawing. */
  add(points) {
    this.#pen.lift();
    if (this.#pressed) {
      const { width, ink } = this.#said;
      this.#waiting.push({ points, width, ink });
      return this.hide();
    }
    this.#hand(points);
    requestAnimationFrame(() => this.hide()); // the canvas shows it from this frame on
    this.#send();
  }

  /** Have strokes wait: something was pressed that means what has been drawn so far. */
  press() {
    clearTimeout(this.#pressed?.timer);
    const timer = setTimeout(() => this.#goOn(), PATIENCE_MS);
    this.#pressed = { presses: this.#said.presses, timer };
  }

  #goOn() {
    clearTimeout(this.#pressed.timer);
    this.#pressed = null;
    const waiting = this.#waiting.splice(0);
    for (const { points } of waiting) this.#hand(points);
    if (!waiting.length) return;
    requestAnimationFrame(() => this.hide());
    this.#send();
  }

  #paint(stroke) {
    paintStroke(this.#sheet.getContext("2d"), stroke);
  }

  #hand(points) {
    const load = this.#load;
    const number = 1 + this.#given.filter((stroke) => stroke.load === load).length;
    this.#given.push({ load, number, points });
    this.isHanding = true;
    this.#fire("mousedown", this.#canvas, points[0]);
    for (const point of points.slice(1)) this.#fire("mousemove", document, point);
    this.#fire("mouseup", document, points.at(-1));
    this.isHanding = false;
  }

  #fire(name, target, { x, y }) {
    const box = this.#canvas.getBoundingClientRect();
    const { width, height } = this.#canvas;
    const place = { clientX: box.left + (x * box.width) / width, clientY: box.top + (y * box.height) / height };
    const of = { bubbles: true, composed: true, cancelable: true, view: window, isPrimary: true };
    target.dispatchEvent(new PointerEvent(name, { ...place, ...of })); // a MouseEvent's places are whole numbers
  }

  /** Send the drawing before anything else that was pressed is: the canvas notes the stroke in a microtask, too. */
  #send() {
    queueMicrotask(() => this.#root.querySelector(SEND)?.click());
  }

  /** Return the number of the drawing that the canvas shows. */
  get #load() {
    const height = this.#root.querySelector(".dc-scroll")?.style.maxHeight;
    return height ? parseInt(height) - this.#canvas.height : this.#said.load;
  }

  #settleSoon() {
    setTimeout(() => this.#settle(), 0); // the canvas loads a drawing in microtasks
  }

  #settle() {
    const load = this.#load;
    if (load !== this.#said.load) return; // either the drawing or what the server says of it is still to come
    const [heardLoad, heard] = this.#said.over;
    const isLost = (stroke) => stroke.load > heardLoad || (stroke.load === heardLoad && stroke.number > heard);
    const earlier = this.#given.filter((stroke) => stroke.load < load);
    this.#given = this.#given.filter((stroke) => stroke.load >= load);
    const lost = earlier.filter(isLost);
    for (const { points } of lost) this.#hand(points);
    if (lost.length) this.#send();
    if (this.#pressed && this.#said.presses !== this.#pressed.presses) this.#goOn();
  }
}
