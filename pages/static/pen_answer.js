// While the pen is down, the bars follow it: the page's own answer, pale, from the weights that the server answers by,
// until the server's takes its place once the pen is lifted. pages/draw/pen_answer.py mounts this with a model's layers
// and weights, or without any for a model that is too large; pad_strokes.js tells of the pen.

const query = new URL(import.meta.url).search;
const { mountOnce, unpack } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const { barsIn } = await import("./bars.js" + query);

const GAP_MS = 60; // between two pictures; a slow device takes the next one when it has answered the last

class Pen {
  #worker = null;
  #words = null; // of the model that is known; null while there is none
  #layers = []; // canvases, the lowest first: what is drawn, and the stroke in the making
  #copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  #isDown = false;
  #isNew = false; // what is on the canvas, since the last picture of it
  #isAsked = false;
  #askedAt = -Infinity;

  /** Answer with this model from now on. */
  learn({ words, ...head }, weights) {
    this.#worker ??= this.#started();
    this.#worker.postMessage({ head, weights }, [weights.buffer]);
    this.#words = new Words(words);
  }

  forget() {
    this.#words = null;
  }

  /** The pen is down and has moved: have the bars follow. */
  follow(layers) {
    if (!this.#words) return;
    [this.#layers, this.#isDown, this.#isNew] = [layers, true, true];
    this.#askSoon();
  }

  /** The pen is up: the server will answer. */
  lift() {
    this.#isDown = false;
    this.#bars?.release();
  }

  /** What the pen has drawn is no stroke: the server's last answer stands. */
  drop() {
    if (this.#isDown) this.#bars?.answer();
    this.#isDown = false;
  }

  get #bars() {
    return barsIn(document.querySelector(".st-key-answer_bars"));
  }

  #askSoon() {
    if (this.#isAsked || !this.#isNew) return;
    this.#isAsked = true;
    setTimeout(() => this.#ask(), Math.max(0, this.#askedAt + GAP_MS - performance.now())); // not in a pointer's event
  }

  #ask() {
    if (!this.#isDown || !this.#words) {
      this.#isAsked = false;
      return;
    }
    const { width, height } = this.#layers[0], { canvas } = this.#copy;
    [canvas.width, canvas.height] = [width, height]; // which empties it, too
    for (const layer of this.#layers) this.#copy.drawImage(layer, 0, 0);
    const { data } = this.#copy.getImageData(0, 0, width, height);
    [this.#isNew, this.#askedAt] = [false, performance.now()];
    this.#worker.postMessage({ data, width, height }, [data.buffer]);
  }

  #hear(shares) {
    this.#isAsked = false;
    if (!this.#isDown || !this.#words) return;
    this.#bars?.follow(shares, (share) => this.#words.percent(share));
    this.#askSoon();
  }

  /** Return the worker, begun by a blob: for it to have the page's policy. One that is begun by a file has the file's,
   * by which that may load nothing (pages/server/headers.py). */
  #started() {
    const url = new URL("./pen_worker.js" + query, import.meta.url).href;
    const script = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" }));
    const worker = new Worker(script, { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(data);
    return worker;
  }
}

export const pen = new Pen();
const mounts = new WeakMap();

export default (component) => mountOnce(mounts, component, () => new Mount());

class Mount {
  receive({ data }) {
    if (data === this.data) return; // Streamlit hands the last one over again now and then
    this.data = data;
    const { header, payload } = unpack(data);
    if (header.layers) pen.learn(header, new Float32Array(payload.buffer));
    else pen.forget();
  }

  destroy() {
    pen.forget();
  }
}
