// The live channel's end in the browser: one WebSocket a page. pages/components/live_channel.py says what a page
// watches, core/live/news.py what is told; the components take their news, and a page whose marks change is drawn anew.

const { unpack, viewOf } = await import("./wire.js" + new URL(import.meta.url).search);
const SILENT_MS = 25_000;  // the server says something every ten seconds
const LATE_MS = 2_000;  // before a page says that the connection is lost
const HIDDEN_MS = 5_000;  // a tab that is hidden so long is told nothing
const LONGEST_WAIT_MS = 8_000;
const HEARD_MS = 500;  // after a message, before the server is told how many have been heard
const ANSWER_MS = 10_000;  // a drawing that was asked for and has not come by then is asked for again
const APART_MS = 50;  // of what is asked for at one moment, Streamlit draws one fragment and forgets the page

class Channel {
  constructor() {
    this.address = new URL("../../live", import.meta.url);
    this.address.protocol = this.address.protocol.replace("http", "ws");
    this.address.search = "";
    this.places = new Map();  // where on the page -> {watch, language, as, gapMs, trigger, notBefore, timer}
    this.marks = {};  // topic -> its marks as told last
    this.failures = 0;
    this.askedAt = 0;
    setInterval(() => this.look(), 2_000);
    addEventListener("online", () => this.reconnect());
    document.addEventListener("visibilitychange", () => this.onVisibility());
  }

  /** Have what stands at `place` follow what it says. */
  follow(place, data, trigger) {
    const known = this.places.get(place);
    if (!Object.keys(data.watch).length) return known && this.leave(place);
    this.places.set(place, { ...data, trigger, notBefore: performance.now() + data.gapMs, count: known?.count ?? 0 });
    clearTimeout(known?.timer);
    this.sweep();
    if (known && JSON.stringify(known.watch) === JSON.stringify(data.watch)) this.check(this.places.get(place));
    else this.say();
  }

  /** What stands at `place` follows nothing any more. */
  leave(place) {
    clearTimeout(this.places.get(place).timer);
    this.places.delete(place);
    this.look();
    this.say();
  }

  /** Forget what is no longer on the page. */
  sweep() {
    for (const [place, { timer }] of this.places) {
      if (place.isConnected) continue;
      clearTimeout(timer);
      this.places.delete(place);
    }
  }

  /** Tell the server what is watched, and have it tell everything of that: soon, once for all who ask now. */
  say() {
    this.saying ??= setTimeout(() => {
      this.saying = null;
      const places = [...this.places.values()];
      const topics = this.isHidden ? [] : [...new Set(places.flatMap(({ watch }) => Object.keys(watch)))];
      if (!this.socket && topics.length) this.connect();
      if (this.socket?.readyState === WebSocket.OPEN) {
        const { language = "en", as } = places[0] ?? {};
        this.socket.send(JSON.stringify({ watch: topics, language, ...(as && { as }) }));
      }
    }, 30);
  }

  connect() {
    const socket = (this.socket = new WebSocket(this.address));
    socket.binaryType = "arraybuffer";
    this.heardAt = performance.now();
    if (this.wasOpen) this.lostAt ??= performance.now();
    let heard = 0, saying = null;
    socket.onopen = () => {
      this.wasOpen = true;
      this.say();
    };
    socket.onmessage = ({ data }) => {
      this.heard();
      heard += 1;
      saying ??= setTimeout(() => {
        saying = null;
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ heard }));
      }, HEARD_MS);
      if (data.byteLength) this.take(new Uint8Array(data));
    };
    socket.onclose = () => this.socket === socket && this.onLost();
  }

  /** Only what is said shows that the connection stands: what lies between may open one and close it at once. */
  heard() {
    this.failures = 0;
    this.heardAt = performance.now();
    this.lostAt = null;
    this.show();
  }

  onLost() {
    this.socket = null;
    if (this.wasOpen && this.places.size) this.lostAt ??= performance.now();
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.failures++) * (0.5 + Math.random());
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.say(), wait);
  }

  reconnect() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.failures = 0;
    this.say();
  }

  /** Every two seconds: a server that says nothing is gone, as after a sleep; a place that is gone watches nothing;
   * what was asked for while Streamlit's own connection was lost is asked for again. */
  look() {
    const before = this.places.size;
    this.sweep();
    if (this.places.size < before) this.say();
    if (this.socket && performance.now() - this.heardAt > SILENT_MS) {
      this.lostAt ??= performance.now();
      this.reconnect();
    }
    for (const place of this.places.values()) this.check(place);
    this.show();
  }

  /** Say so while the connection is lost and something is watched; what was wrong with the store goes with that. */
  show() {
    if (!this.places.size) document.querySelector(".stApp")?.removeAttribute("data-inkling-trouble");
    const isLost = this.places.size > 0 && !this.isHidden && this.lostAt != null && performance.now() - this.lostAt > LATE_MS;
    document.querySelector(".stApp")?.toggleAttribute("data-inkling-lost", isLost);
  }

  onVisibility() {
    clearTimeout(this.hiding);
    const change = () => {
      this.isHidden = document.hidden;
      this.say();
    };
    if (document.hidden) this.hiding = setTimeout(change, HIDDEN_MS);
    else if (this.isHidden) change();
  }

  take(bytes) {
    const { header, payload } = unpack(bytes);
    const places = [...this.places.values()].filter(({ watch }) => header.topic in watch);
    if (!places.length) return;  // it was watched a moment ago
    let start = 0;
    for (const [key, length] of header.parts) {
      viewOf(key)?.receive({ data: payload.slice(start, start + length), setTriggerValue: () => this.say() }, false);
      start += length;
    }
    this.marks[header.topic] = header.marks;
    this.spreadMs = 1000 * header.spread;
    document.querySelector(".stApp")?.setAttribute("data-inkling-trouble", header.trouble);
    for (const place of places) this.check(place);
  }

  /** Have a place drawn anew if a mark is not as it is drawn. */
  check(place) {
    const isOld = () => Object.entries(place.watch).some(([topic, drawn]) =>
      Object.entries(drawn).some(([name, value]) => (this.marks[topic]?.[name] ?? value) !== value));
    if (place.timer || !isOld()) return;
    const wait = Math.max(0, place.notBefore - performance.now()) + Math.random() * (this.spreadMs ?? 0);
    const ask = () => {
      place.timer = null;
      if (!isOld()) return;
      const now = performance.now(), rest = this.askedAt + APART_MS - now;
      if (rest > 0) {
        place.timer = setTimeout(ask, rest);
        return;
      }
      this.askedAt = now;
      place.notBefore = now + ANSWER_MS;
      place.trigger("changed", ++place.count);
    };
    place.timer = setTimeout(ask, wait);
  }
}

const channel = (window.__inklingChannel ??= new Channel());

export default ({ parentElement, data, setTriggerValue }) => {
  channel.follow(parentElement, data, setTriggerValue);
  return () => setTimeout(() => channel.look());
};
