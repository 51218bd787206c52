// The demo screen: a run from noise, then a visitor's drawing, why it is read so, what a corner changes, and again from
// the start. pages/demo/demo_page.py makes the page and says what stands on it; the run comes by the live channel.

const query = new URL(import.meta.url).search;
const names = ["wire", "numbers", "tiles", "chart", "bars", "live", "demo_pad", "demo_pictures", "demo_exit"];
const [{ LiveView, make }, { Words }, tiles, chart, bars, live, { Pad }, { Choice, Pictures }, { watchExit }] =
  await Promise.all(names.map((name) => import(`./${name}.js${query}`)));

const UNTOUCHED_MS = 60_000; // then it starts from noise
const SHOWN_MS = 3_000; // what has been learned, before it is the visitor's turn
const READ_MS = 9_000; // the reason, before the drawing moves
const STEP_MS = 350; // of the drawing on its way into the corner
const STAYS_MS = 20_000; // in the corner, before it starts from noise
const SOON_S = 10; // before which that is said
const AGAIN_MS = 3_000; // after what was asked for did not come
const FAILED_MS = 15_000;
const PATIENCE_MS = 30_000; // with the server, before what was asked for is asked again: after a sleep nothing comes

class Demo {
  constructor(root) {
    Object.assign(this, { root, data: JSON.parse(root.dataset.demo), values: {}, asked: 0, touchedAt: performance.now() });
    this.words = new Words(this.data.words);
    [this.title, this.told, this.stage, this.foot] = ["h1", ".demo-told", ".demo-stage", "footer"].map((part) => root.querySelector(part));
    this.furnish();
    this.mount();
    watchExit(root, this.words, this.data.home);
    for (const name of ["pointerdown", "pointermove", "keydown"])
      addEventListener(name, ({ buttons }) => buttons !== 0 && (this.touchedAt = performance.now()), { capture: true });
    for (const name of ["contextmenu", "dragstart"]) addEventListener(name, (event) => event.preventDefault());
    setInterval(() => this.look(), 500);
    this.stayAwake();
    this.learn();
  }

  furnish() {
    const { words } = this, button = (textContent, press) => make("button", { type: "button", textContent, onclick: press });
    this.weights = make("div", { className: "demo-weights" });
    this.curve = make("div", { className: "demo-curve" });
    this.bars = make("div");
    this.pictures = new Pictures(this.data, this.words);
    this.input = this.data.takes_ink ? new Pad(this.words, (ink) => this.ask(ink), () => this.touch())
      : new Choice(this.data, this.words, (place) => this.ask(null, place));
    const answer = make("div", { className: "demo-answer" }, this.bars, this.pictures.root);
    this.stage.replaceChildren(
      make("section", { className: "demo-learn" }, this.weights, this.curve),
      make("section", { className: "demo-draw" }, this.input.root, answer),
    );
    this.now = button(words.say("now"), () => this.invite(true));
    this.another = button(words.say("another"), () => this.invite(true));
    this.again = button(words.say("again"), () => this.learn());
    this.turn = make("span", { className: "demo-turn" });
    const lost = make("span", { className: "demo-lost", textContent: this.words.say("lost") });
    this.foot.replaceChildren(this.now, this.another, this.again, this.turn, lost);
  }

  /** Mount what moves, and have it follow the show. */
  mount() {
    const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const mount = ({ default: view }, place, data) => view({ parentElement: place, data, setTriggerValue: () => {} });
    mount(tiles, this.weights, bytes(this.data.first.weights));
    mount(chart, this.curve, bytes(this.data.first.curve));
    this.blank();
    const values = new Values(this.root, (news) => this.hear(news));
    values.receive({ data: bytes(this.data.first.show), setTriggerValue: () => {} });
    const watch = { [`demo:${this.data.show}`]: {} };
    live.default({ parentElement: this.stage, data: { watch, language: this.data.language, gapMs: 0 }, setTriggerValue: () => {} });
  }

  enter(phase) {
    this.wait();
    clearInterval(this.moving);
    this.restartsAt = null;
    this.phase = this.root.dataset.phase = phase;
    this.now.disabled = true; // until there is something that answers
    this.title.parentElement.setAttribute("aria-live", phase === "learn" ? "off" : "polite");
    this.turn.textContent = "";
  }

  /** Have something done a while later, unless something else comes first; without anything, wait for nothing more. */
  wait(ms, act) {
    clearTimeout(this.next);
    this.next = act ? setTimeout(() => {
      this.next = null;
      act();
    }, ms) : null;
  }

  // ---- from noise

  async learn() {
    this.enter("learn");
    this.title.textContent = this.words.say("learn");
    this.run = null;
    this.begunAt = performance.now();
    this.isBeginning = true;
    const begun = await this.post("begin", {});
    this.isBeginning = false;
    if (this.phase !== "learn" || !begun) return;
    this.run = begun.run;
    if (begun.pictures) this.input.offer(begun.pictures);
    this.hear(this.values);
  }

  hear(values) {
    this.values = values;
    if (this.phase !== "learn" || this.next) return; // whatever others begin: this run is shown to its end
    this.told.textContent = values.told;
    this.now.disabled = values.run !== this.run || !(values.turn || values.over) || Boolean(values.failed);
    this.turn.textContent = values.turn;
    const sinceBegin = performance.now() - this.begunAt;
    if (values.run !== this.run && this.run && sinceBegin > AGAIN_MS) return void this.learn(); // the server has forgotten it
    if (values.run !== this.run || !values.over) return;
    if (values.failed) this.wait(FAILED_MS, () => this.learn());
    else this.wait(SHOWN_MS, () => this.invite());
  }

  // ---- the visitor's turn

  invite(isPressed) {
    this.asked += 1; // what comes of an earlier drawing is none of this one's
    this.enter("draw");
    this.title.textContent = this.words.say("draw");
    this.told.textContent = this.words.say("how");
    this.input.clear();
    this.blank();
    this.touchedAt = performance.now();
    if (isPressed) this.input.root.querySelector("[tabindex], button")?.focus({ preventScroll: true }); // the button is gone
  }

  /** A drawing is begun: the last one, if there is one, goes. */
  touch() {
    if (this.phase === "learn") return;
    if (this.phase === "corner") this.invite();
    this.wait();
  }

  async ask(ink, image) {
    const number = (this.asked += 1), more = image === undefined ? {} : { image };
    const isOld = () => number !== this.asked || this.phase === "learn";
    let answer = null;
    while (!(answer ??= await this.post("answer", { run: this.run, language: this.data.language, ...more }, ink))) {
      if (isOld()) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS)); // the server is away, or busy with others'
    }
    if (isOld()) return;
    this.enter("answer");
    this.show(answer);
    if (answer.path) this.wait(READ_MS, () => this.move(answer));
  }

  show(answer) {
    this.title.textContent = answer.large;
    this.told.textContent = answer.reason ? `${answer.small} ${answer.reason}` : answer.small;
    this.root.dataset.kind = answer.kind;
    this.showBars(answer);
    if (answer.path) this.pictures.show(answer.path[0], this.data.names[answer.best]);
    else this.pictures.clear();
  }

  /** Show no answer. */
  blank() {
    this.showBars({ shares: this.data.names.map(() => 0), best: -1, alt: "" });
    this.pictures.clear();
  }

  showBars({ shares, best, alt }) {
    const { names: labels, colours } = this.data;
    const rows = labels.map((label, k) => [label, shares[k], best < 0 ? "" : this.words.percent(shares[k]), colours[k]]);
    bars.default({ parentElement: this.bars, data: { rows, best, alt: alt || this.words.say("none"), heard: [0, 0] } });
  }

  /** Move the drawing into the corner, pixel by pixel, and say what that changes. */
  move(answer) {
    this.enter("corner");
    this.title.textContent = this.words.say("corner");
    this.told.textContent = this.words.say("moving");
    let step = 0;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const go = () => {
      step = isCalm ? answer.path.length - 1 : step + 1;
      const place = answer.path[step], isLast = step === answer.path.length - 1;
      this.pictures.show(place, this.data.names[answer.best]);
      this.showBars({ ...place, alt: answer.moved });
      if (!isLast) return;
      clearInterval(this.moving);
      this.told.textContent = answer.moved;
      this.restartsAt = performance.now() + STAYS_MS;
    };
    this.moving = setInterval(go, STEP_MS);
  }

  // ---- by the clock

  look() {
    const now = performance.now();
    if (this.phase === "learn") {
      if (!this.run && !this.isBeginning && now - this.begunAt > AGAIN_MS) this.learn(); // the server was away
      return;
    }
    const at = Math.min(this.touchedAt + UNTOUCHED_MS, this.restartsAt == null ? Infinity : Math.max(this.restartsAt, this.touchedAt + STAYS_MS));
    const seconds = Math.ceil((at - now) / 1000);
    this.turn.textContent = seconds <= SOON_S ? this.words.say("soon", { seconds }) : "";
    if (seconds <= 0) this.learn();
  }

  /** Return what the server answers, null for nothing; where it knows the run no more, it starts from noise. */
  async post(what, asked, body) {
    const address = `./demo/${what}?${new URLSearchParams({ show: this.data.show, ...asked })}`, given = new AbortController();
    const patience = setTimeout(() => given.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(address, { method: "POST", body, signal: given.signal });
      if (answer.ok) return await answer.json();
      if (answer.status === 410 && this.phase !== "learn") this.learn();
      if (answer.status === 503) this.told.textContent = (await answer.json()).trouble ?? "";
    } catch { // it is away: what is asked for is asked again by look()
    } finally {
      clearTimeout(patience);
    }
    return null;
  }

  /** Keep the screen on, where the browser lets a page do so. */
  async stayAwake() {
    const ask = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
    document.addEventListener("visibilitychange", ask);
    ask();
  }
}

/** The marks and sentences of the show, as core/demo/news.py names them. */
class Values extends LiveView {
  constructor(root, heed) {
    super();
    Object.assign(this, { root, heed, values: {} });
  }

  take(header) {
    this.values = { ...this.values, ...header.set };
  }

  refresh() {
    this.heed(this.values);
  }
}

new Demo(document.querySelector("main"));
