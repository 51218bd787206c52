// One image per class, painted from weight codes; between two messages the pixels move in a straight line.
// pages/components/weight_tiles.py sends, core/live/messages.py says what.

const query = new URL(import.meta.url).search;
const { inflate, themeOf, calm, make, mountOnce, LiveView, pixel } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const LONGEST_GLIDE_MS = 850;
const MOST_PX = 190;  // wide, where the style says nothing else
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new TilesView(place));

class TilesView extends LiveView {
  constructor(place) {
    super();
    this.queue = Promise.resolve();
    this.grid = make("div", { className: "ink-tiles-grid" });
    this.scale = make("div", { className: "ink-tiles-scale" });
    this.root = make("div", { className: "ink-tiles" }, this.grid, this.scale);
    this.root.setAttribute("role", "img");
    place.append(this.root);
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.grid);
  }

  take(header, payload) {
    this.queue = this.queue.then(() => this.unfold(header, payload));
  }

  refresh() {
    this.queue = this.queue.then(() => this.head && this.retheme());
  }

  async unfold(header, payload) {
    const bytes = new Int8Array((await inflate(payload)).buffer);
    if (header.whole) this.build(header);
    const atOnce = this.shownLimit === undefined, { levels } = this.head, ratio = header.whole ? 0 : this.limit / header.limit;
    for (let i = 0; i < bytes.length; i++) {
      const known = Math.floor(this.codes[i] * ratio + 0.5);
      this.codes[i] = bytes[i] + Math.max(-levels, Math.min(levels, known));
    }
    this.limit = header.limit;
    this.root.setAttribute("aria-label", this.words.fill(this.head.alt, { ...this.head.altValues, step: header.step }));
    this.root.dataset.step = header.step;
    this.glide(atOnce);
  }

  build(header) {
    const same = (name) => JSON.stringify(this.head?.[name]) === JSON.stringify(header[name]);
    const stays = ["shape", "labels", "colours"].every(same);
    this.head = header;
    this.words = new Words(header.words);
    const [count, channels, height, width] = header.shape;
    this.codes = new Int16Array(count * channels * height * width);
    if (stays) return;
    this.shownLimit = undefined;
    this.values = new Float32Array(this.codes.length);
    this.luts = header.luts.map((hex) => Uint32Array.from(hex.match(/.{6}/g), pixel));
    this.tiles = header.labels.map((label, k) => {
      const canvas = make("canvas", { width, height });
      canvas.addEventListener("pointermove", (event) => this.point(event, k));
      canvas.addEventListener("pointerleave", () => this.rest());
      const chip = make("i", { hidden: !header.colours.length });
      chip.style.background = header.colours[k] ?? "";
      const caption = make("figcaption", { title: label }, chip, make("span", { textContent: label }));
      const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
      return { canvas, caption, image, pixels, context: canvas.getContext("2d") };
    });
    this.grid.replaceChildren(...this.tiles.map(({ canvas, caption }) => make("figure", {}, canvas, caption)));
    this.grid.style.setProperty("--columns", header.columns);
    this.bar = make("canvas", { width: 255, height: 1 });
    this.low = make("span");
    this.high = make("span");
    this.scale.replaceChildren(this.low, this.bar, this.high);
    this.retheme();
    this.fit();
  }

  /** Move from what is painted now to the codes just received. */
  glide(atOnce) {
    cancelAnimationFrame(this.frame);
    const from = Float32Array.from(this.values), began = performance.now(), { levels } = this.head;
    const fromLimit = this.shownLimit ?? this.limit;
    const glideMs = Math.min(LONGEST_GLIDE_MS, 0.85 * (began - (this.toldAt ?? 0)));  // about until the next message
    this.toldAt = began;
    const paint = (now) => {
      const share = atOnce || calm() ? 1 : Math.min(1, Math.max(0, (now - began) / glideMs));
      this.shownLimit = fromLimit + share * (this.limit - fromLimit);
      for (let i = 0; i < from.length; i++) {
        this.values[i] = from[i] + share * ((this.codes[i] / levels) * this.limit - from[i]);
      }
      this.paint();
      if (share < 1) this.frame = requestAnimationFrame(() => (this.frame = requestAnimationFrame(paint)));  // 30 a second
    };
    if (atOnce || calm()) paint(began);
    else this.frame = requestAnimationFrame(paint);
    this.rest();
  }

  paint() {
    const [, channels, height, width] = this.head.shape, area = height * width, gain = 127 / this.shownLimit;
    const level = (index) => Math.max(-127, Math.min(127, Math.round(this.values[index] * gain)));
    this.tiles.forEach(({ context, image, pixels }, k) => {
      const start = k * channels * area;
      for (let p = 0; p < area; p++) {
        if (channels === 3) {
          const [red, green, blue] = [0, 1, 2].map((c) => 128 + level(start + c * area + p));
          pixels[p] = 0xff000000 | (blue << 16) | (green << 8) | red;
        } else {
          let sum = 0;
          for (let c = 0; c < channels; c++) sum += level(start + c * area + p);
          pixels[p] = this.lut[128 + Math.round(sum / channels)];
        }
      }
      context.putImageData(image, 0, 0);
    });
  }

  retheme() {
    this.lut = this.luts[+themeOf(this.root).dark];
    const image = new ImageData(255, 1), pixels = new Uint32Array(image.data.buffer);
    const grey = (i) => 0xff000000 | (i * 0x010101);
    pixels.forEach((_, i) => (pixels[i] = this.head.shape[1] === 3 ? grey(i) : this.lut[i + 1]));
    this.bar.getContext("2d").putImageData(image, 0, 0);
    if (this.shownLimit) this.paint();
  }

  repaint() {
    if (!this.luts) return;
    this.retheme();
    this.fit();
  }

  /** Give each image a whole number of screen pixels per weight, so that every pixel is a square. */
  fit() {
    if (!this.tiles?.length) return;
    const [, , height, width] = this.head.shape, ratio = devicePixelRatio || 1;
    const room = this.grid.clientWidth / this.head.columns - 4;
    const most = parseFloat(getComputedStyle(this.grid).getPropertyValue("--most-px")) || MOST_PX;
    const zoom = Math.max(1, Math.floor((Math.min(room, most) * ratio) / width)) / ratio;
    for (const { canvas } of this.tiles) {
      canvas.style.width = `${width * zoom}px`;
      canvas.style.height = `${height * zoom}px`;
    }
  }

  point(event, k) {
    const [, channels, height, width] = this.head.shape, box = event.target.getBoundingClientRect();
    const column = Math.min(width - 1, Math.floor(((event.clientX - box.left) / box.width) * width));
    const row = Math.min(height - 1, Math.floor(((event.clientY - box.top) / box.height) * height));
    const at = (c) => this.signed(this.values[(k * channels + c) * height * width + row * width + column]);
    const values = Array.from({ length: channels }, (_, c) => at(c)).join(" ");
    this.low.textContent = this.words.say("at", { label: this.head.labels[k], row, column, values });
    this.high.textContent = "";
    this.bar.hidden = true;
  }

  rest() {
    this.bar.hidden = false;
    this.low.textContent = `${this.words.say("against")} ${this.signed(-this.limit)}`;
    this.high.textContent = `${this.signed(this.limit)} ${this.words.say("spoken_for")}`;
  }

  /** A weight to two digits, which is as much as its code says. */
  signed(value) {
    return (value > 0 ? "+" : "") + this.words.plain(value, 2);
  }

  destroy() {
    super.destroy();
    cancelAnimationFrame(this.frame);
    this.sizes.disconnect();
    this.root.remove();
  }
}
