// Images whose every pixel can be read by pointer or arrow keys, and galleries to choose from.
// pages/components/image_panels.py sends, core/figures/image_panels.py says what.

const query = new URL(import.meta.url).search;
const { unpack, inflate, themeOf, make, mountOnce } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new PixelsView(place));

class PixelsView {
  constructor(place) {
    this.measureAnew = () => {
      this.word = undefined;
      this.fit();
    };
    document.fonts?.addEventListener("loadingdone", this.measureAnew);
    this.queue = Promise.resolve();
    this.grid = make("div", { className: "ink-pixels-grid" });
    this.foot = make("div", { className: "ink-pixels-foot" });
    this.root = make("div", { className: "ink-pixels" }, this.grid, this.foot);
    place.append(this.root);
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.grid);
  }

  receive({ data, setTriggerValue }) {
    this.choose = (name) => setTriggerValue("chosen", name);
    const { header, payload } = unpack(data);
    const dark = themeOf(this.root).dark;
    if (header.digest === this.digest && dark === this.dark) return;
    this.digest = header.digest;
    this.queue = this.queue.then(async () => this.take(header, await inflate(payload)));
  }

  take(header, bytes) {
    const sameShape = this.head && JSON.stringify(this.head.panels.map(fixed)) === JSON.stringify(header.panels.map(fixed))
      && this.head.choosable === header.choosable && this.head.chosen === header.chosen;
    this.head = header;
    this.words = new Words(header.words);
    this.retheme();
    this.decode(bytes);
    if (!sameShape) this.build();
    this.captions();
    this.panels.forEach((panel) => this.paint(panel));
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", header.alt);
    if (header.step !== undefined) this.root.dataset.step = header.step;
    this.fit();
    this.rest();
  }

  decode(bytes) {
    let start = 0;
    this.values = this.head.panels.map((panel) => {
      const count = panel.shape.reduce((a, b) => a * b);
      const signed = panel.step !== undefined, size = signed ? 2 * count : count;
      const part = bytes.slice(start, start + size);
      start += size;
      return signed ? Float64Array.from(new Uint16Array(part.buffer), (code) => panel.low + code * panel.step) : part;
    });
  }

  build() {
    const { head } = this;
    this.panels = head.panels.map((panel, index) => {
      const [, height, width] = panel.shape;
      const canvas = make("canvas", { width, height });
      const frame = make(head.choosable ? "button" : "div", { className: "ink-pixels-frame" }, canvas);
      const caption = make("figcaption");
      const figure = make("figure", { className: panel.tone ?? "" }, frame, caption);
      const image = new ImageData(width, height);
      const view = { index, canvas, frame, caption, figure, image, pixels: new Uint32Array(image.data.buffer) };
      if (head.choosable) {
        frame.type = "button";
        frame.tabIndex = index ? -1 : 0;
        frame.setAttribute("aria-pressed", String(panel.name === head.chosen));
        frame.addEventListener("click", () => this.choose(this.head.panels[index].name ?? 0));
      } else {
        frame.classList.add("inspect");
        view.cursor = make("span", { className: "cursor", hidden: true });
        frame.append(view.cursor);
        canvas.addEventListener("pointermove", (event) => this.point(event, view));
        canvas.addEventListener("pointerleave", () => this.rest());
      }
      return view;
    });
    this.grid.replaceChildren(...this.panels.map(({ figure }) => figure));
    this.grid.classList.toggle("columns", Boolean(head.columns));
    if (head.choosable) this.grid.removeAttribute("tabindex");
    else this.grid.tabIndex = 0;
    this.bar = make("canvas", { width: 255, height: 1 });
    this.low = make("span", { role: "status" });
    this.high = make("span");
    this.foot.replaceChildren(this.low, this.bar, this.high);
    this.foot.hidden = !head.scale && Boolean(head.choosable);
  }

  captions() {
    this.word = undefined;
    if (!this.head.choosable) this.grid.setAttribute("aria-label", this.words.say("keys"));
    this.panels.forEach(({ caption, frame, canvas, figure }, k) => {
      const panel = this.head.panels[k];
      figure.className = panel.tone ?? "";
      const name = make("b");
      if (panel.colour) {
        const dot = make("i");
        dot.style.background = panel.colour;
        name.append(dot);
      }
      name.append(make("span", { textContent: panel.label }));
      caption.replaceChildren(...(panel.label ? [name] : []), ...(panel.detail ? [make("small", { textContent: panel.detail })] : []));
      const words = panel.spoken || [panel.label, panel.detail].filter(Boolean).join(", ") || this.words.say("image", { number: k + 1 });
      (this.head.choosable ? frame : canvas).setAttribute("aria-label", words);
      if (!this.head.choosable) canvas.setAttribute("role", "img");
    });
  }

  paint({ index, image, pixels, canvas }) {
    const panel = this.head.panels[index], [channels, height, width] = panel.shape, area = height * width;
    const values = this.values[index], signed = panel.step !== undefined, gain = 127 / panel.limit;
    const level = (value) => Math.max(-127, Math.min(127, Math.round(value * gain)));
    for (let p = 0; p < area; p++) {
      if (channels === 3) {
        const [r, g, b] = [0, 1, 2].map((c) => (signed ? 128 + level(values[c * area + p]) : values[c * area + p]));
        pixels[p] = 0xff000000 | (b << 16) | (g << 8) | r;
      } else pixels[p] = signed ? this.lut[128 + level(values[p])] : 0xff000000 | (values[p] * 0x010101);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  retheme() {
    this.dark = themeOf(this.root).dark;
    this.lut = this.head.luts && Uint32Array.from(this.head.luts[+this.dark].match(/.{6}/g), pixel);
  }

  repaint() {
    if (!this.panels) return;
    this.retheme();
    this.panels.forEach((panel) => this.paint(panel));
    this.fit();
    this.rest();
  }

  /** Give each image a whole number of screen pixels per value, so that every pixel is a square. */
  fit() {
    if (!this.panels?.length) return;
    const ratio = devicePixelRatio || 1, { columns, px } = this.head;
    const style = getComputedStyle(this.grid), gap = parseFloat(style.columnGap) || 0;
    const inside = this.grid.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (!(inside > 0)) return;  // not shown now: the observer calls again when it is
    const word = this.longestWord(), least = Math.min(word, 96);
    const side = (n) => (inside - gap * (n - 1)) / n;
    let across = columns;
    while (across > 1 && !this.head.aligned && side(across) < least) across--;
    const room = columns ? Math.max(side(across), least) : Math.min(px, inside);
    if (columns) this.grid.style.setProperty("--columns", across);
    if (columns) this.grid.style.setProperty("--word", `${least}px`);
    this.panels.forEach(({ canvas, figure }, k) => {
      const [, height, width] = this.head.panels[k].shape, most = Math.max(width, height);
      const zoom = Math.max(1, Math.floor((Math.min(room, px) * ratio) / most)) / ratio;
      canvas.style.width = `${width * zoom}px`;
      canvas.style.height = `${height * zoom}px`;
      if (!columns) figure.style.width = `${Math.max(most * zoom, Math.min(word, 2 * most * zoom, inside), 44)}px`;
    });
  }

  /** The width of the longest word beneath an image, so that no name or number is broken where it can be helped. */
  longestWord() {
    if (this.word === undefined) {
      this.grid.classList.add("measured");
      this.word = 1 + Math.ceil(Math.max(0, ...this.panels.map(({ caption }) => caption.getBoundingClientRect().width)));
      this.grid.classList.remove("measured");
    }
    return this.word;
  }

  point(event, view) {
    const [, height, width] = this.head.panels[view.index].shape, box = view.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    this.read(view.index, Math.max(0, Math.min(height - 1, row)), Math.max(0, Math.min(width - 1, column)));
  }

  /** Say the values at one pixel: of every panel if they are linked, else of one. */
  read(index, row, column) {
    this.at = { index, row, column };
    const shown = this.head.linked ? this.panels : [this.panels[index]];
    for (const view of this.panels) {
      const [, height, width] = this.head.panels[view.index].shape, on = shown.includes(view);
      view.cursor.hidden = !on;
      Object.assign(view.cursor.style, {
        left: `${(100 * column) / width}%`, top: `${(100 * row) / height}%`,
        width: `${100 / width}%`, height: `${100 / height}%`,
      });
    }
    const readings = shown.map(({ index: k }) => this.reading(k, row, column));
    const joints = this.head.joints ?? [], label = this.head.linked ? "" : this.head.panels[index].label;
    const values = readings.reduce((so, reading, i) => so + (joints[i - 1] ?? " · ") + reading);
    this.low.textContent = this.words.say(label ? "at_label" : "at", { label, row, column, values });
    this.high.textContent = "";
    this.bar.hidden = true;
  }

  /** What a panel's pixel is called, and its value: of a colour's channels one after another. */
  reading(k, row, column) {
    const panel = this.head.panels[k], [channels, height, width] = panel.shape;
    const values = Array.from({ length: channels }, (_, c) => this.values[k][(c * height + row) * width + column]);
    const written = (value) => {
      if (panel.step !== undefined) return this.signed(value);
      return panel.per ? this.words.number(value / panel.per, 4) : this.words.number(value);
    };
    const value = values.map(written).join(" "), isLevel = panel.step === undefined && !panel.per && !this.head.linked;
    return [panel.quantity, isLevel ? this.words.say("level", { value }) : value].filter(Boolean).join(" ");
  }

  signed(value) {
    return this.words.signed(value, Math.abs(value) >= 100 ? 1 : 4);
  }

  key(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    if (this.head.choosable) return this.step(move);
    const { index, row, column } = this.at ?? { index: 0, row: 0, column: 0 };
    const [, height, width] = this.head.panels[index].shape;
    let [r, c, k] = [row + move[0], column + move[1], index];
    if (!this.head.linked && c >= width && k + 1 < this.panels.length) [k, c] = [k + 1, 0];
    if (!this.head.linked && c < 0 && k > 0) [k, c] = [k - 1, this.head.panels[k - 1].shape[2] - 1];
    this.read(k, Math.max(0, Math.min(height - 1, r)), Math.max(0, Math.min(width - 1, c)));
  }

  /** Move the focus among the images of a gallery. */
  step([down, right]) {
    const now = this.panels.findIndex(({ frame }) => frame === document.activeElement);
    const top = this.panels[0].frame.getBoundingClientRect().top;
    const perRow = this.panels.findIndex(({ frame }) => frame.getBoundingClientRect().top > top + 4);
    const next = this.panels[now + right + down * (perRow > 0 ? perRow : this.panels.length)];
    if (!next) return;
    this.panels.forEach(({ frame }) => (frame.tabIndex = -1));
    next.frame.tabIndex = 0;
    next.frame.focus();
  }

  rest() {
    this.panels.forEach(({ cursor }) => cursor && (cursor.hidden = true));
    const signed = this.head.panels.find((panel) => panel.step !== undefined);
    this.bar.hidden = !this.head.scale || !signed;
    const [low, high] = this.head.ends ?? ["", ""];
    this.low.textContent = this.bar.hidden ? (this.head.hint ?? "") : `${low} ${this.signed(-signed.limit)}`.trim();
    this.high.textContent = this.bar.hidden ? "" : `${this.signed(signed.limit)} ${high}`.trim();
    if (this.bar.hidden) return;
    const image = new ImageData(255, 1), pixels = new Uint32Array(image.data.buffer);
    const colour = signed.shape[0] === 3;
    pixels.forEach((_, i) => (pixels[i] = colour ? 0xff000000 | (i * 0x010101) : this.lut[i + 1]));
    this.bar.getContext("2d").putImageData(image, 0, 0);
  }

  destroy() {
    this.sizes.disconnect();
    document.fonts?.removeEventListener("loadingdone", this.measureAnew);
    this.root.remove();
  }
}

/** What of a panel decides its elements, not their contents. */
const fixed = ({ shape, name }) => [shape, name];
/** "RRGGBB" as the little-endian number that a canvas pixel is. */
const pixel = (hex) => (0xff000000 | (parseInt(hex.slice(4), 16) << 16) | (parseInt(hex.slice(2, 4), 16) << 8) | parseInt(hex.slice(0, 2), 16)) >>> 0;
