// What Streamlit's page lacks for those who use its keyboard or listen to it. pages/components/page_aids.py sends
// {skipTo: the class of what the first link leads to, or "", words}.

const query = new URL(import.meta.url).search;
const { make } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const SAID = ['[data-part="status"]', '.st-key-outcome [data-testid="stMarkdown"]', ".ink-answer"];
const REST_MS = 600;  // what changes sooner again is not said
const GONE_MS = 3_000;  // what is not made anew by then has gone
const UNTYPED = "input:is([type=range], [type=checkbox], [type=radio])";  // letters and Delete mean nothing to these

// of what tells nobody anything: the Draw page's bars, which follow the pen
const isOfBars = ({ target }) => (target.closest ? target : target.parentElement)?.closest(".ink-bars");

class Aids {
  constructor() {
    this.link = make("a", { className: "ink-skip", href: "#stMain" });
    this.link.onclick = (event) => this.skip(event);
    this.said = make("div", { className: "ink-hidden", role: "status" });
    document.body.append(this.said);
    this.heard = this.listen();
    document.addEventListener("focusin", ({ target }) => this.remember(target));
    document.addEventListener("focusout", ({ target }) => setTimeout(() => this.forget(target)));
    document.addEventListener("keydown", (event) => this.onKey(event), true);
    const observer = new MutationObserver((changes) => changes.every(isOfBars) || this.onChange());
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  }

  take(data) {
    this.skipTo = data.skipTo;
    this.words = new Words(data.words);
    document.documentElement.lang = data.words.language;
    this.link.textContent = this.words.say("skip");
    if (!this.skipTo) this.link.remove();
    else if (!this.link.isConnected) document.body.prepend(this.link);
    this.onChange();
  }

  skip(event) {
    event.preventDefault();
    const places = [...document.querySelectorAll(`.${this.skipTo} button`)];
    places.find((place) => place.checkVisibility())?.focus();
  }

  onChange() {
    this.giveFocusBack();
    if (!this.words) return;
    this.nameMenu();
    this.reachTables();
    this.timer ??= setTimeout(() => this.say(), REST_MS);
  }

  /** On a phone the pages stand in what Streamlit calls the sidebar. */
  nameMenu() {
    const opener = document.querySelector('[data-testid="stExpandSidebarButton"]');
    if (!opener) return;
    const isMenu = !document.querySelector('[data-testid="stTopNavLink"]');
    const menu = isMenu ? this.words.say("menu") : "", label = this.words.say(isMenu ? "menu_label" : "settings");
    if (opener.dataset.menu !== menu) opener.dataset.menu = menu;
    if (opener.ariaLabel !== label) opener.ariaLabel = label;
  }

  /** A table of Streamlit's that is wider than the page is moved by the arrow keys, once it can have the focus. */
  reachTables() {
    for (const box of document.querySelectorAll('[data-testid="stTable"] > div:not([tabindex])')) {
      Object.assign(box, { tabIndex: 0, role: "group", ariaLabel: this.words.say("table") });
    }
  }

  // ---- focus stays where it was when Streamlit makes a control anew

  remember(element) {
    const place = element.closest('[class*="st-key-"]')?.className.match(/st-key-[\w-]+/)[0];
    this.focused = place && { element, place, tag: element.localName };
  }

  /** Where the focus leaves an element that stays, the visitor has moved it. */
  forget(element) {
    if (this.focused?.element === element && element.isConnected) this.focused = null;
  }

  giveFocusBack() {
    const { focused } = this;
    if (!focused || focused.element.isConnected || document.activeElement !== document.body) return;
    focused.lostAt ??= performance.now();
    const anew = [...document.querySelectorAll(`.${focused.place} ${focused.tag}`)];
    anew.find((element) => element.checkVisibility() && !element.disabled)?.focus({ preventScroll: true });
    if (performance.now() - focused.lostAt > GONE_MS) this.focused = null;
  }

  // ---- keys

  onKey(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (target.matches?.(UNTYPED) && (/^\S$/.test(key) || key === "Delete")) {
      press(document.body, event);  // where Streamlit hears its shortcuts
    } else if (key === " " && target.closest?.("canvas")?.querySelector("[aria-multiselectable]")) {
      event.preventDefault();
      event.stopPropagation();
      press(target, event, { shiftKey: true });  // by which a table selects the row
    }
  }

  // ---- status and result, said to those who listen, once they have changed

  listen() {
    return SAID.map((selector) => document.querySelector(selector)?.innerText.trim() ?? null);
  }

  say() {
    this.timer = null;
    const now = this.listen();
    const news = now.filter((text, i) => text && this.heard[i] !== null && text !== this.heard[i]);
    this.heard = now.map((text, i) => text ?? this.heard[i]);
    if (news.length) this.said.textContent = news.join(" ");
  }
}

/** Press a key once more, elsewhere or with another one held. */
function press(target, { key, code, keyCode }, held = {}) {
  for (const name of ["keydown", "keyup"]) {
    const again = new KeyboardEvent(name, { key, code, bubbles: true, cancelable: true, ...held });
    target.dispatchEvent(Object.defineProperty(again, "keyCode", { value: keyCode }));
  }
}

const aids = (window.__inklingAids ??= new Aids());

export default ({ data }) => aids.take(data);
