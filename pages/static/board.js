// The board of a class: a tile for each member with their newest run, its weight images and how it stands.
// pages/components/class_board.py mounts it, core/live/board_stream.py says what.

const query = new URL(import.meta.url).search;
const { inflate, themeOf, make, mountOnce, LiveView, pixel } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const COLUMNS = 5, GAP = 1;  // weight images in a row of a tile, and the pixels between them
const ORDER_MS = 2_000;  // the tiles change places no more often
const SHAPE = 29 / 74;  // of a tile's images, height to width
const TILE_TEXT_PX = 94, TILE_GAP_PX = 10, LEAST_PX = 90;  // what else stands in a tile, above and beneath; between tiles; no narrower
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new BoardView(place));

class BoardView extends LiveView {
  constructor(place) {
    super();
    this.queue = Promise.resolve();
    this.arrived = 0;
    this.tiles = new Map();  // member -> {fields, codes, and its elements}
    this.root = make("section", { className: "ink-board" });
    place.append(this.root);
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.root);
    this.onFull = () => this.setFull(document.fullscreenElement === this.root);
    this.onKey = (event) => event.key === "Escape" && this.isFull && this.leaveFull();
    document.addEventListener("fullscreenchange", this.onFull);
    document.addEventListener("keydown", this.onKey);
  }

  take(header, payload) {
    this.queue = this.queue.then(() => this.unfold(header, payload));
  }

  refresh() {
    this.queue = this.queue.then(() => this.repaint());
  }

  async unfold(header, payload) {
    if (header.whole) this.build(header);
    for (const [member, fields] of Object.entries(header.tiles)) this.update(member, fields);
    for (const member of header.gone ?? []) this.remove(member);
    for (const [name, count] of Object.entries(header.counts)) this.counts[name].textContent = this.words.fill("{count}", { count });
    this.nobody.hidden = this.tiles.size > 0 || !("joined" in header.counts); // not known yet
    if (payload.length) this.paintAll(header.images, new Int8Array((await inflate(payload)).buffer));
    this.arrange();
  }

  build(header) {
    const isNew = !this.head;
    this.head = header;
    this.words = new Words(header.words);
    this.luts = header.luts.map((hex) => Uint32Array.from(hex.match(/.{6}/g), pixel));
    const known = new Set(Object.keys(header.tiles));
    for (const member of [...this.tiles.keys()]) if (!known.has(member)) this.remove(member);
    if (isNew) this.furnish();
  }

  /** Make what stands around the tiles: the counts, the order, and the two switches. */
  furnish() {
    const say = (name) => this.words.say(name);
    this.counts = {};
    const titles = { joined: say("joined"), training: say("training"), done: say("done") };
    const figures = Object.entries(titles).map(([name, textContent]) => {
      this.counts[name] = make("dd", { textContent: "–" });
      return make("div", {}, make("dt", { textContent }), this.counts[name]);
    });
    const button = (text, press) => {
      const made = make("button", { type: "button", textContent: text, onclick: press });
      made.setAttribute("aria-pressed", "false");
      return made;
    };
    this.orders = { name: button(say("by_name"), () => this.setOrder("name")),
      accuracy: button(say("by_accuracy"), () => this.setOrder("accuracy")) };
    const order = make("div", { className: "ink-board-order" }, ...Object.values(this.orders));
    order.setAttribute("role", "group");
    order.setAttribute("aria-label", say("order"));
    this.hider = button(say("hide"), () => this.setHidden(!this.isHidden));
    this.filler = button(say("fill"), () => (this.isFull ? this.leaveFull() : this.fill()));
    this.filler.removeAttribute("aria-pressed");
    const tools = make("div", { className: "ink-board-tools" }, order, this.hider, this.filler);
    this.list = make("ul");
    this.nobody = make("p", { textContent: say("nobody"), hidden: true });
    this.root.replaceChildren(
      make("header", {}, make("dl", { className: "ink-figures" }, ...figures), tools), this.nobody, this.list);
    this.setOrder("name");
  }

  update(member, fields) {
    let tile = this.tiles.get(member);
    if (!tile) {
      const canvas = make("canvas", { width: 1, height: 1 });
      canvas.setAttribute("aria-hidden", "true");
      const name = make("b"), accuracy = make("span", { className: "ink-board-accuracy" });
      const status = make("span", { className: "ink-chip" }), word = make("span"), done = make("i");
      status.append(make("i"), word);
      const run = make("small"), where = make("em"), bar = make("span", { className: "ink-board-bar" }, done);
      const foot = make("span", { className: "ink-board-foot" }, status, accuracy);
      const link = make("a", { target: "_self" }, name, canvas, bar, foot, run, where);
      tile = { fields: {}, number: ++this.arrived, element: make("li", {}, link), link, canvas, name, accuracy, status, word, run, where, done };
      this.tiles.set(member, tile);
      this.list.append(tile.element);
      this.isUnordered = true;
    }
    const before = tile.fields;
    tile.fields = { ...before, ...fields };
    if ("r" in fields && fields.r !== before.r) tile.codes = null;  // another run's, or none any more
    if ("n" in fields || "a" in fields) this.isUnordered = true;
    this.write(tile);
  }

  write(tile) {
    const { n, r, t = "", k, s = 0, m = 0, a = -1, e = 0 } = tile.fields, { words } = this;
    const nickname = this.isHidden || !n ? words.say("member", { number: tile.number }) : n, status = words.words[k];
    tile.name.textContent = tile.name.title = nickname;
    tile.accuracy.textContent = a < 0 ? "" : words.percent(a / 10_000);
    tile.word.textContent = status;
    tile.status.className = `ink-chip ink-${this.head.tones[k]}`;
    tile.element.dataset.tone = this.head.tones[k];
    tile.run.textContent = t;
    tile.run.title = m ? words.say("step", { step: s, total: m }) : "";
    tile.where.textContent = e ? words.say("elsewhere") : "";
    tile.where.hidden = !e;
    tile.done.style.width = m ? `${(100 * s) / m}%` : "0";
    if (r) tile.link.setAttribute("href", `./?run=${r}`);
    else tile.link.removeAttribute("href");
    const said = words.say(r ? "tile" : "no_run", { nickname, run: t, status, accuracy: a < 0 ? NaN : a / 10_000 });
    tile.link.setAttribute("aria-label", said);
  }

  remove(member) {
    this.tiles.get(member)?.element.remove();
    this.tiles.delete(member);
  }

  paintAll(images, codes) {
    const area = this.head.side ** 2;
    let start = 0;
    for (const [member, count] of images) {
      const tile = this.tiles.get(member);
      if (tile) {
        tile.codes = codes.slice(start, start + count * area);
        this.paint(tile);
      }
      start += count * area;
    }
  }

  paint({ canvas, codes }) {
    if (!codes) return void (canvas.width = canvas.height = 1);
    const { side, levels } = this.head, count = codes.length / side ** 2, pitch = side + GAP;
    canvas.width = COLUMNS * pitch - GAP;
    canvas.height = Math.ceil(count / COLUMNS) * pitch - GAP;
    const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let place = 0; place < codes.length; place++) {
      const k = Math.floor(place / side ** 2), y = Math.floor((place % side ** 2) / side), x = place % side;
      const at = (Math.floor(k / COLUMNS) * pitch + y) * canvas.width + (k % COLUMNS) * pitch + x;
      pixels[at] = this.lut[128 + Math.round((127 * codes[place]) / levels)];
    }
    context.putImageData(image, 0, 0);
  }

  setOrder(order) {
    this.order = order;
    for (const [name, button] of Object.entries(this.orders)) button.setAttribute("aria-pressed", String(name === order));
    this.isUnordered = true;
    this.orderedAt = -Infinity;
    this.arrange();
  }

  /** Put the tiles in their order, now or a moment later; one that has the focus keeps it. */
  arrange() {
    if (!this.isUnordered || !this.tiles.size) return;
    const wait = (this.orderedAt ?? -Infinity) + ORDER_MS - performance.now();
    if (wait > 0) return void (this.timer ??= setTimeout(() => ((this.timer = null), this.arrange()), wait));
    this.isUnordered = false;
    this.orderedAt = performance.now();
    const byName = (a, b) => a.fields.n.localeCompare(b.fields.n, this.words.words.language, { numeric: true });
    const byAccuracy = (a, b) => (b.fields.a ?? -1) - (a.fields.a ?? -1) || byName(a, b);
    const sorted = [...this.tiles.values()].sort(this.order === "name" ? byName : byAccuracy);
    const focused = document.activeElement;
    sorted.forEach(({ element }, i) => this.list.children[i] !== element && this.list.insertBefore(element, this.list.children[i] ?? null));
    if (this.list.contains(focused)) focused.focus({ preventScroll: true });
    this.fit();
  }

  setHidden(isHidden) {
    this.isHidden = isHidden;
    this.hider.setAttribute("aria-pressed", String(isHidden));
    for (const tile of this.tiles.values()) this.write(tile);
  }

  async fill() {
    try {
      await this.root.requestFullscreen();
    } catch {  // in a frame that may not: over all of the frame
      this.setFull(true);
    }
  }

  async leaveFull() {
    if (document.fullscreenElement === this.root) await document.exitFullscreen();
    this.setFull(false);
  }

  setFull(isFull) {
    this.isFull = isFull;
    this.root.classList.toggle("ink-board-full", isFull);
    if (this.filler) this.filler.textContent = this.words.say(isFull ? "back" : "fill");
    this.fit();
  }

  /** Where the board fills the screen, make the tiles as large as lets all of them stand there. */
  fit() {
    if (!this.list) return;
    let template = "";
    if (this.isFull) {
      const { clientWidth: width } = this.list, height = this.root.clientHeight - this.list.offsetTop;
      for (let columns = 1, widest = LEAST_PX; columns <= this.tiles.size; columns++) {
        const rows = Math.ceil(this.tiles.size / columns);
        const size = Math.min(width / columns - TILE_GAP_PX, (height / rows - TILE_TEXT_PX) / SHAPE);
        if (size > widest) [widest, template] = [size, `repeat(${columns}, ${Math.floor(size)}px)`];
      }
    }
    this.list.style.gridTemplateColumns = template;
  }

  repaint() {
    if (!this.luts) return;
    this.lut = this.luts[+themeOf(this.root).dark];
    for (const tile of this.tiles.values()) this.paint(tile);
  }

  destroy() {
    super.destroy();
    this.sizes.disconnect();
    clearTimeout(this.timer);
    document.removeEventListener("fullscreenchange", this.onFull);
    document.removeEventListener("keydown", this.onKey);
    this.root.remove();
  }
}
