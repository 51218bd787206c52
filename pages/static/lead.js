// What a teacher has all screens of a class do: look up, read a line, go to a page. Told by the live channel
// (core/live/class_news.py), mounted on each page of a member's by pages/classroom/led_screen.py.

const query = new URL(import.meta.url).search;
const { make, mountOnce, LiveView } = await import("./wire.js" + query);
const APART_MS = 700;  // within which thirty screens ask for the page that they are sent to
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new LeadView(place));

class LeadView extends LiveView {
  values = {};

  constructor(place) {
    super();
    this.root = make("div", { hidden: true });  // stands where it is mounted, so that the channel finds it
    place.append(this.root);
    this.hold = make("div", { className: "ink-held", tabIndex: -1 });
    this.hold.setAttribute("role", "alertdialog");
    this.line = make("div", { className: "ink-line" });
    this.line.setAttribute("role", "status");
    this.text = make("span");
    this.close = make("button", { type: "button", textContent: "×", onclick: () => this.dismiss() });
    this.line.append(this.text, this.close);
    document.body.append(this.line, this.hold);
    this.onFocus = () => this.isHeld && !this.hold.contains(document.activeElement) && this.hold.focus();
    document.addEventListener("focusin", this.onFocus);
  }

  receive(component, isDrawn = true) {
    if (isDrawn) this.trigger = component.setTriggerValue;  // of the page that is drawn now
    super.receive(component, isDrawn);
  }

  take(header) {
    this.values = { ...this.values, ...header.set };
  }

  refresh() {
    const { held, paused, message } = this.values;
    this.setHeld(Boolean(held));
    this.close.setAttribute("aria-label", this.values.close_word);
    const line = [paused && this.values.paused_word, message].filter(Boolean).join(" ");
    if (line !== this.said) {
      this.said = line;
      this.text.textContent = line;
      this.close.hidden = !message || Boolean(paused);
      this.line.hidden = !line;
    }
    this.go();
  }

  dismiss() {
    this.line.hidden = true;
  }

  setHeld(isHeld) {
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    this.hold.textContent = this.values.held_word;
    this.hold.hidden = !isHeld;
    const app = document.querySelector(".stApp");
    if (app) app.inert = isHeld;
    if (isHeld) {
      this.before = document.activeElement;
      this.hold.focus();
    } else this.before?.focus?.();
  }

  /** Go where the class was sent, once for each time it was; who joins or comes back later goes where it follows. */
  go() {
    const { pushed, pushes, followed } = this.values, key = `inkling-pushes-${this.values.class}`;
    if (pushes === undefined) return;
    const known = sessionStorage.getItem(key);
    if (known === pushes) return;
    sessionStorage.setItem(key, pushes);
    if (pushed && (known !== null || followed)) setTimeout(() => this.trigger("pushed", pushes), Math.random() * APART_MS);
  }

  destroy() {
    super.destroy();
    this.setHeld(false);
    document.removeEventListener("focusin", this.onFocus);
    this.hold.remove();
    this.line.remove();
    this.root.remove();
  }
}
