// A map of images: a dot each in its class's colour, the picture beside the pointer.
// pages/data/embedding_map.py sends; arrow keys go from dot to dot.

const query = new URL(import.meta.url).search;
const { unpack, inflate, make, mountOnce } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const views = new WeakMap();
const PAD = 12, DOT = 3;

export default (component) => mountOnce(views, component, (place) => new MapView(place));

class MapView {
  constructor(place) {
    this.canvas = make("canvas", { tabIndex: 0 });
    this.picture = make("canvas");
    this.said = make("span");
    this.note = make("div", { className: "ink-map-note", hidden: true }, this.picture, this.said);
    this.note.setAttribute("role", "status");
    this.legend = make("div", { className: "ink-map-legend" });
    this.root = make("div", { className: "ink-map" }, this.legend, make("div", { className: "ink-map-stage" }, this.canvas, this.note));
    place.append(this.root);
    this.canvas.setAttribute("role", "img");
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.show(-1));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.root);
    this.queue = Promise.resolve();
    this.only = -1;
  }

  receive({ data }) {
    const { header, payload } = unpack(data);
    const shown = JSON.stringify([header.digest, header.alt, header.words]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.queue = this.queue.then(async () => this.take(header, await inflate(payload)));
  }

  take(header, bytes) {
    this.head = header;
    this.words = new Words(header.words);
    const n = header.labels.length;
    this.places = new Uint16Array(bytes.slice(0, 4 * n).buffer);
    this.images = bytes.slice(4 * n);
    this.canvas.setAttribute("aria-label", header.alt);
    this.legend.replaceChildren(...header.names.map((name, k) => {
      const dot = make("i");
      dot.style.background = header.colours[k];
      const button = make("button", { type: "button" }, dot, name);
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => this.filter(k));
      return button;
    }));
    this.now = -1;
    this.draw();
  }

  filter(k) {
    this.only = this.only === k ? -1 : k;
    [...this.legend.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === this.only)));
    this.draw();
  }

  at(i) {
    const { width, height } = this.size;
    return [PAD + (this.places[2 * i] / 65535) * (width - 2 * PAD), PAD + (1 - this.places[2 * i + 1] / 65535) * (height - 2 * PAD)];
  }

  draw() {
    if (!this.head) return;
    const ratio = devicePixelRatio || 1, width = this.root.clientWidth, height = Math.min(560, Math.max(300, width * 0.62));
    this.size = { width, height };
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.head.labels.forEach((label, i) => {
      const [x, y] = this.at(i);
      context.globalAlpha = this.only < 0 || this.only === label ? 0.85 : 0.08;
      context.fillStyle = this.head.colours[label];
      context.beginPath();
      context.arc(x, y, DOT, 0, 7);
      context.fill();
    });
    if (this.now >= 0) {
      const [x, y] = this.at(this.now);
      context.globalAlpha = 1;
      context.strokeStyle = getComputedStyle(this.root).color;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, DOT + 3, 0, 7);
      context.stroke();
    }
  }

  repaint() {
    this.draw();
  }

  nearest(x, y, allowed) {
    let best = -1, least = Infinity;
    this.head.labels.forEach((label, i) => {
      if ((this.only >= 0 && this.only !== label) || !allowed(i)) return;
      const [px, py] = this.at(i), distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [best, least] = [i, distance];
    });
    return [best, least];
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const [best, least] = this.nearest(event.clientX - box.left, event.clientY - box.top, () => true);
    this.show(least < 400 ? best : -1);
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const [x, y] = this.now >= 0 ? this.at(this.now) : [this.size.width / 2, this.size.height / 2];
    const ahead = (i) => {
      const [px, py] = this.at(i), along = (px - x) * move[0] + (py - y) * move[1];
      return along > 1 && Math.abs((px - x) * move[1]) + Math.abs((py - y) * move[0]) <= along;
    };
    const [best] = this.nearest(x, y, ahead);
    if (best >= 0) this.show(best);
  }

  show(i) {
    if (i === this.now) return;
    this.now = i;
    this.draw();
    this.note.hidden = i < 0;
    if (i < 0) return;
    const [channels, height, width] = this.head.shape, area = height * width, start = i * channels * area;
    Object.assign(this.picture, { width, height });
    const image = new ImageData(width, height);
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < 3; c++) image.data[4 * p + c] = this.images[start + (channels === 3 ? c : 0) * area + p];
      image.data[4 * p + 3] = 255;
    }
    this.picture.getContext("2d").putImageData(image, 0, 0);
    this.said.textContent = this.words.say("image", { name: this.head.names[this.head.labels[i]], index: this.head.index[i] });
    const [x, y] = this.at(i), right = x > this.size.width - 130;
    Object.assign(this.note.style, { left: `${right ? x - 122 : x + 12}px`, top: `${Math.max(0, Math.min(this.size.height - 120, y - 50))}px` });
  }

  destroy() {
    this.sizes.disconnect();
    this.root.remove();
  }
}
