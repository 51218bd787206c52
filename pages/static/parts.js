// A block of HTML whose marked elements change: pages/components/live_html.py sends what changed.

const { make, mountOnce, LiveView } = await import("./wire.js" + new URL(import.meta.url).search);
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new PartsView(place));

class PartsView extends LiveView {
  constructor(place) {
    super();
    this.root = make("div");
    place.append(this.root);
  }

  take(header) {
    if (header.whole && header.html !== this.html) {
      this.root.innerHTML = this.html = header.html;
      this.parts = {};
      for (const part of this.root.querySelectorAll("[data-part]")) this.parts[part.dataset.part] = part;
    }
    for (const [path, value] of Object.entries(header.set)) {
      const [name, attribute] = path.split("@"), part = this.parts[name];
      if (part && attribute) part.setAttribute(attribute, value);
      else if (part) part.textContent = value;
    }
  }

  refresh() {}

  destroy() {
    super.destroy();
    this.root.remove();
  }
}
