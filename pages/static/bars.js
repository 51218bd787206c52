// Ten probability bars that move instead of being drawn anew. pages/draw/prediction.py sends
// {rows: [[label, share 0..1, text, colour]], best, alt, heard}. While the pen is down they may follow it
// (pen_answer.js), pale; the server's next answer after that takes their place.

const query = new URL(import.meta.url).search;
const { make, mountOnce } = await import("./wire.js" + query);
const views = new WeakMap();
const byRoot = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new BarsView(place));

/** Return the bars that stand in `box`. */
export const barsIn = (box) => byRoot.get(box?.querySelector(".ink-bars"));

class BarsView {
  constructor(place) {
    this.root = make("div", { className: "ink-bars" });
    this.root.setAttribute("role", "img");
    place.append(this.root);
    byRoot.set(this.root, this);
    this.rows = [];
    this.isHeld = false; // by the pen
  }

  receive({ data }) {
    const isOther = data.rows.some(([label], k) => label !== this.said?.rows[k]?.[0]);
    this.said = data;
    if (data.rows.length !== this.rows.length) this.build(data.rows.length);
    if (!this.isHeld || isOther) this.answer(); // another model's classes stand at once, pen or no pen
  }

  /** Show what the server has answered last. */
  answer() {
    const { rows, best, alt } = this.said;
    this.isHeld = false;
    rows.forEach(([label, share, text, colour], k) => {
      const row = this.rows[k];
      row.label.textContent = label;
      row.bar.style.background = colour;
      row.move(share, text, k === best);
    });
    this.root.setAttribute("aria-label", alt);
    this.beOf("server");
  }

  /** Show the share of each class as the pen moves, null for no answer; what the server says meanwhile waits. */
  follow(shares, written) {
    if (shares && (shares.length !== this.rows.length || !shares.every(Number.isFinite))) return;
    this.isHeld = true;
    const best = shares ? shares.indexOf(Math.max(...shares)) : -1;
    this.rows.forEach((row, k) => row.move(shares ? shares[k] : 0, shares ? written(shares[k]) : "", k === best));
    this.beOf("pen");
  }

  /** Stay as the pen has left them until the server answers. */
  release() {
    this.isHeld = false;
  }

  beOf(who) {
    this.root.classList.toggle("by-pen", who === "pen");
    this.root.setAttribute("aria-busy", String(who === "pen"));
  }

  build(count) {
    this.rows = Array.from({ length: count }, () => new Row());
    this.root.replaceChildren(...this.rows.map((row) => row.root));
    this.isHeld = false;
  }

  destroy() {
    this.root.remove();
  }
}

class Row {
  constructor() {
    this.label = make("span");
    this.bar = make("i");
    this.text = new Text();
    const track = make("span", { className: "ink-bar-track" }, this.bar);
    const words = make("span", { className: "ink-bar-text" }, this.text);
    this.root = make("div", { className: "ink-bar" }, this.label, track, words);
  }

  /** Change what is another: while the pen draws, each change costs it time. */
  move(share, text, isBest) {
    this.bar.style.transform = `scaleX(${share})`; // a width would have the page laid out anew
    if (this.text.data !== text) this.text.data = text;
    this.root.classList.toggle("best", isBest);
  }
}
