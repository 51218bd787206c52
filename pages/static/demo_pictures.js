// The demo screen's small images: what the model sees and what speaks for its answer, and pictures to choose from.

const { make, pixel } = await import("./wire.js" + new URL(import.meta.url).search);
const dark = matchMedia("(prefers-color-scheme: dark)");

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** Paint bytes 0..255 as ink on the page's paper, in either theme. */
function paintInk(canvas, codes) {
  const style = getComputedStyle(document.documentElement);
  const [paper, ink] = ["--ink-paper", "--ink-ink"].map((name) => parseInt(style.getPropertyValue(name).trim().slice(1), 16));
  const part = (colour, shift) => (colour >> shift) & 255;
  const mixed = (code, shift) => Math.round(part(paper, shift) + (code / 255) * (part(ink, shift) - part(paper, shift)));
  paintPixels(canvas, codes, (code) => (0xff000000 | (mixed(code, 0) << 16) | (mixed(code, 8) << 8) | mixed(code, 16)) >>> 0);
}

function paintPixels(canvas, codes, colour) {
  const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  codes.forEach((code, i) => (pixels[i] = colour(code)));
  context.putImageData(image, 0, 0);
}

/** What the model sees, and beside it what each pixel speaks for. */
export class Pictures {
  constructor({ shape: [height, width], luts }, words) {
    this.words = words;
    this.luts = luts.map((hex) => Uint32Array.from(hex.match(/.{6}/g), pixel));
    [this.seen, this.evidence] = [0, 1].map(() => make("canvas", { width, height }));
    this.captions = [make("figcaption", { textContent: words.say("seen") }), make("figcaption")];
    for (const canvas of [this.seen, this.evidence]) canvas.setAttribute("aria-hidden", "true");
    this.root = make("div", { className: "demo-pictures" },
      make("figure", {}, this.seen, this.captions[0]), make("figure", {}, this.evidence, this.captions[1]));
    dark.addEventListener("change", () => this.place && this.show(this.place, this.name));
    this.clear();
  }

  show(place, name) {
    Object.assign(this, { place, name });
    paintInk(this.seen, bytes(place.pixels));
    const lut = this.luts[+dark.matches];
    paintPixels(this.evidence, new Int8Array(bytes(place.evidence).buffer), (code) => lut[128 + code]);
    this.captions[1].textContent = this.words.say("evidence", { name });
    this.root.style.visibility = "";
  }

  clear() {
    this.place = null;
    this.root.style.visibility = "hidden";
  }
}

/** Test images, one of each class: who touches one asks about it. */
export class Choice {
  constructor({ shape }, words, ask) {
    Object.assign(this, { shape, words, ask, offered: [] });
    this.root = make("div", { className: "demo-choice" });
    dark.addEventListener("change", () => this.offer(this.offered));
  }

  /** pictures: [[their place in the test set, their pixels], ...]. */
  offer(pictures) {
    const [height, width] = this.shape;
    this.offered = pictures;
    this.root.replaceChildren(...pictures.map(([place, pixels], i) => {
      const canvas = make("canvas", { width, height });
      paintInk(canvas, bytes(pixels));
      const button = make("button", { type: "button", onclick: () => this.choose(button, place) }, canvas);
      button.setAttribute("aria-label", this.words.say("picture", { number: i + 1 }));
      button.setAttribute("aria-pressed", "false");
      return button;
    }));
  }

  choose(button, place) {
    for (const other of this.root.children) other.setAttribute("aria-pressed", String(other === button));
    this.ask(place);
  }

  clear() {
    for (const button of this.root.children) button.setAttribute("aria-pressed", "false");
  }
}
