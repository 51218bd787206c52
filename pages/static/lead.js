// What a teacher has all screens of a class do: look up, read a line, go to a page. Told by the live channel
// (core/live/class_news.py), mounted on each page of a member's by pages/classroom/led_screen.py.

const query = new URL(import.meta.url).search;
const { make, mountOnce, LiveView } = await import("./wire.js" + query);
const APART_MS = 700;  // within which thirty screens ask for the page that they are sent to
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new LeadView(place));

/** What stands over the page, one for the window: a page that is opened mounts its view before the last one's goes. */
class Screen {
  constructor() {
    this.words = make("p", { id: "ink-held-words" });
    this.hold = make("dialog", { className: "ink-held" }, this.words);
    this.hold.setAttribute("role", "alertdialog");
    this.hold.setAttribute("aria-labelledby", this.words.id);
    this.hold.addEventListener("cancel", (event) => event.preventDefault());
    this.hold.addEventListener("close", () => this.isHeld && this.hold.showModal());  // Escape, pressed twice
    this.text = make("span");
    this.text.setAttribute("role", "status");  // stands there before it says anything, else nobody is read it
    this.close = make("button", { type: "button", textContent: "×", onclick: () => this.showLine(false) });
    this.line = make("div", { className: "ink-line" }, this.text, this.close);
    document.body.append(this.line, this.hold);
    this.showLine(false);
  }

  /** Have everything else be out of reach, of screen readers too, or give it back with the focus where it was. */
  setHeld(isHeld, words) {
    if (words) this.words.textContent = words;
    this.isHeld = isHeld;
    if (isHeld === this.hold.open) return;
    if (isHeld) this.hold.showModal();
    else this.hold.close();
  }

  say({ paused, paused_word, message, close_word }) {
    const line = [paused && paused_word, message].filter(Boolean).join(" ");
    this.close.setAttribute("aria-label", close_word);
    if (line === this.said) return;  // one that was closed stays closed
    this.said = this.text.textContent = line;
    this.close.hidden = Boolean(paused);
    this.showLine(Boolean(line));
  }

  showLine(isShown) {
    this.line.classList.toggle("ink-line-shown", isShown);
    document.documentElement.classList.toggle("ink-told", isShown);  // leaves the page's end its room
    if (!isShown) this.text.textContent = "";
  }

  /** Leave the page as it is for who is in no class. */
  takeDown() {
    this.setHeld(false);
    this.showLine(false);
    this.line.remove();
    this.hold.remove();
  }
}

let screen = null;

class LeadView extends LiveView {
  values = {};

  constructor(place) {
    super();
    this.root = make("div", { hidden: true });  // stands where it is mounted, so that the channel finds it
    place.append(this.root);
    screen ??= new Screen();
    screen.view = this;
  }

  receive(component, isDrawn = true) {
    if (isDrawn) this.trigger = component.setTriggerValue;  // of the page that is drawn now
    super.receive(component, isDrawn);
  }

  take(header) {
    this.values = { ...this.values, ...header.set };
  }

  refresh() {
    if (this.values.class === undefined || screen?.view !== this) return;  // nothing has been said yet
    screen.setHeld(Boolean(this.values.held), this.values.held_word);
    screen.say(this.values);
    this.go();
  }

  /** Go where the class was sent, once for each time it was; who joins or comes back later goes where it follows. */
  go() {
    const { pushed, pushes, followed } = this.values, key = `inkling-pushes-${this.values.class}`;
    const known = sessionStorage.getItem(key);
    if (known === pushes) return;
    sessionStorage.setItem(key, pushes);
    if (pushed && (known !== null || followed)) setTimeout(() => this.trigger("pushed", pushes), Math.random() * APART_MS);
  }

  destroy() {
    super.destroy();
    if (screen?.view === this) {  // no page of a member's any more
      screen.takeDown();
      screen = null;
    }
    this.root.remove();
  }
}
