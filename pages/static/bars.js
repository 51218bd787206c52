// Ten probability bars that move instead of being drawn anew. pages/draw/prediction.py sends
// {rows: [[label, share 0..1, text, colour]], best, alt}.

const query = new URL(import.meta.url).search;
const { make, mountOnce } = await import("./wire.js" + query);
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new BarsView(place));

class BarsView {
  constructor(place) {
    this.root = make("div", { className: "ink-bars" });
    this.root.setAttribute("role", "img");
    place.append(this.root);
    this.rows = [];
  }

  receive({ data }) {
    const { rows, best, alt } = data;
    if (rows.length !== this.rows.length) this.build(rows.length);
    rows.forEach(([label, share, text, colour], k) => {
      const row = this.rows[k];
      row.root.classList.toggle("best", k === best);
      row.label.textContent = label;
      row.bar.style.width = `${100 * share}%`;
      row.bar.style.background = colour;
      row.text.textContent = text;
    });
    this.root.setAttribute("aria-label", alt);
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
  }
}
