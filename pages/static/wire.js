// Messages of core/figures/binary_message.py, and what the live components share.

const GAP = 65535;
const LEVELS = 65534;

/** Return {header, payload} of one message (Uint8Array). */
export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, payload: bytes.slice(4 + length) };
}

/** Return the arrays of numbers that `scales` = [[count, low, high], ...] describe; a gap is null.
 * [count, first] alone are whole numbers one after another. */
export function decodeArrays(scales, payload) {
  const codes = new Uint16Array(payload.buffer, 0, payload.byteLength >> 1);
  let start = 0;
  return scales.map(([count, low, high]) => {
    const values = new Array(count);
    if (high === undefined) {  // whole numbers one after another
      for (let i = 0; i < count; i++) values[i] = low + i;
      return values;
    }
    const step = (high - low) / LEVELS;
    for (let i = 0; i < count; i++) {
      const code = codes[start + i];
      values[i] = code === GAP ? null : code === LEVELS ? high : low + code * step;  // all is all, to the bit
    }
    start += count;
    return values;
  });
}

/** Return the bytes that raw deflate packed. */
export async function inflate(payload) {
  const stream = new Blob([payload]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const byKey = (window.__inklingViews ??= new Map());

/** Return the view that was drawn under `key` and still stands on the page. */
export function viewOf(key) {
  const view = byKey.get(key);
  return view?.root.isConnected ? view : undefined;
}

/** What the live views share: messages are taken in order, and a missing one is asked for. */
export class LiveView {
  number = -1;

  /** isDrawn: the message comes with the page, not by the live channel. */
  receive({ data, setTriggerValue }, isDrawn = true) {
    const { header, payload } = unpack(data), name = `${header.id} ${header.n}`;
    if (header.key) byKey.set((this.key = header.key), this);
    const mine = header.id === this.id;
    const again = isDrawn && name === this.drawn;  // Streamlit hands the last one over again now and then
    if (isDrawn) this.drawn = name;
    const known = again || (mine && header.n <= this.number && !(header.whole && !isDrawn));
    const next = header.whole || (mine && header.n === this.number + 1 && !header.idle);
    if (!known && !next) {
      if (this.asked !== header.n) setTriggerValue("resync", (this.asked = header.n));
      return;
    }
    if (!known) {
      this.number = header.n;
      this.id = header.id;
      this.take(header, payload);
    }
    this.refresh();
  }

  destroy() {
    if (byKey.get(this.key) === this) byKey.delete(this.key);
  }
}

/** Return {dark, ink, paper, grid, muted, line, font} as the page shows them now. */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const paper = read("--st-background-color", "#FBF9F4");
  const ink = read("--st-text-color", "#1B2A41");
  const dark = luminance(paper) < 0.4;
  return {
    dark, ink, paper, grid: dark ? "#232A34" : "#E9E4D8", muted: dark ? "#9AA3B0" : "#5D6675",
    line: read("--st-border-color", "#D9D4C7"), font: read("--st-font", "sans-serif"),
  };
}

function luminance(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(probe.fillStyle.slice(i, i + 2), 16) / 255);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Return a new element: make("p", {className, ...}, children). */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** "RRGGBB" as the little-endian number that a canvas pixel is. */
export const pixel = (hex) => (0xff000000 | (parseInt(hex.slice(4), 16) << 16) | (parseInt(hex.slice(2, 4), 16) << 8) | parseInt(hex.slice(0, 2), 16)) >>> 0;

/** Return the text in as many lines as it takes with the pen (a canvas's context) where one is `width` pixels wide. */
export function wrapped(text, pen, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && pen.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Load plotly.js, once for the whole page; resolves when it has run. */
export const loadPlotly = () => loadScript(new URL("./plotly-basic.min.js" + new URL(import.meta.url).search, import.meta.url).href);

function loadScript(url) {
  const loads = (window.__inklingScripts ??= {});
  return (loads[url] ??= new Promise((resolve, reject) => {
    const script = make("script", { src: url, async: true });
    script.onload = resolve;
    script.onerror = () => {
      delete loads[url];
      reject(new Error(`could not load ${url}`));
    };
    document.head.append(script);
  }));
}

// A sheet is printed as it stands once this has run: what is drawn takes its room and its light colours at once.
const standing = new Set();
matchMedia("print").addEventListener("change", () => standing.forEach((view) => view.repaint?.()));

/** Keep one view per place on the page; return the function that takes it down when the place is gone.
 * Streamlit also calls that function when a call was overtaken by newer data: the view must outlive that. */
export function mountOnce(views, component, create) {
  const place = component.parentElement;
  if (!views.has(place)) {
    views.set(place, create(place));
    standing.add(views.get(place));
  }
  views.get(place).receive(component);
  return () => setTimeout(() => {
    if (place.isConnected || !views.has(place)) return;
    views.get(place).destroy();
    standing.delete(views.get(place));
    views.delete(place);
  });
}
