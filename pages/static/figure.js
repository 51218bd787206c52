// A figure that does not tick, as Plotly's JSON. pages/components/still_figure.py sends.

const query = new URL(import.meta.url).search;
const { loadPlotly, make, mountOnce } = await import("./wire.js" + query);
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new FigureView(place));

class FigureView {
  constructor(place) {
    this.root = make("div", { className: "ink-figure" });
    this.root.setAttribute("role", "img");
    place.append(this.root);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.root);
    loadPlotly().then(() => this.draw(), () => (this.root.textContent = this.given.broken));
  }

  receive({ data }) {
    const shown = JSON.stringify(data);
    if (shown === this.shown) return;
    this.shown = shown;
    this.given = data;
    this.root.style.height = `${data.height}px`;  // room before Plotly is there
    this.root.setAttribute("aria-label", data.alt);
    this.draw();
  }

  draw() {
    const width = this.root.clientWidth;
    if (!window.Plotly || !width || !this.root.isConnected) return;
    const { figure, config, height } = this.given;
    Plotly.react(this.root, figure.data, { ...figure.layout, width, height }, config);
  }

  repaint() {
    this.draw();
  }

  destroy() {
    this.sizes.disconnect();
    if (window.Plotly) Plotly.purge(this.root);
    this.root.remove();
  }
}
