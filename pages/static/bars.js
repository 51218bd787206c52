// Ten probability bars that move instead of being drawn anew. pages/draw/prediction.py sends
// {rows: [[label, share 0..1, text, colour]], best, alt, heard}. While the pen is down they may follow it (pen_answer.js),
// pale; the server's next answer after that takes their place.

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
    this.said = data;
    if (data.rows.length !== this.rows.length) this.build(data.rows.length);
    if (!this.isHeld) this.answer();
  }

  /** Show what the server has answered last. */
  answer() {
    const { rows, best, alt } = this.said;
    this.isHeld = false;
    this.draw(rows, best);
    this.root.setAttribute("aria-label", alt);
    this.beOf("server");
  }

  /** Show the share of each class as the pen moves, null for no answer; what the server says meanwhile waits. */
  follow(shares, written) {
    const { rows } = this.said;
    if (shares && (shares.length !== rows.length || !shares.every(Number.isFinite))) return;
    this.isHeld = true;
    const moved = rows.map(([label, , , colour], k) => [label, shares?.[k] ?? 0, shares ? written(shares[k]) : "", colour]);
    this.draw(moved, shares ? shares.indexOf(Math.max(...shares)) : -1);
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

  draw(rows, best) {
    rows.forEach(([label, share, text, colour], k) => {
      const row = this.rows[k];
      row.root.classList.toggle("best", k === best);
      row.label.textContent = label;
      row.bar.style.width = `${100 * share}%`;
      row.bar.style.background = colour;
      row.text.textContent = text;
    });
  }

  destroy() {
    this.root.remove();
  }

  build(count) {
    this.rows = Array.from({ length: count }, () => {
      const label = make("span");
      const bar = make("i", {});
      const track = make("span", { className: "ink-bar-track" }, bar);
      const text = make("span", { className: "ink-bar-text" });
      return { root: make("div", { className: "ink-bar" }, label, track, text), label, bar, text };
    });
    this.root.replaceChildren(...this.rows.map((row) => row.root));
    this.isHeld = false;
  }
}
