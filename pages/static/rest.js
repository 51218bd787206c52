// When the pen rests, what stands behind the answer is asked for: about the last drawing alone, and only while it can be
// seen. Until it comes, what stands there is pale, since it tells of the drawing before. pages/draw/answered.py mounts
// this twice: {question, restMs} says what has been answered, {shown, onlySeen} of what the page tells behind the answer.

const AGAIN_MS = 10_000; // what was asked for and has not come by then is asked for again
const UNANSWERED_MS = 3_000; // a stroke that is not answered by then was none
const SPARED = 3; // times what the answer took: a busy server answers first, and gives reasons to who draws no more

class Rest {
  constructor() {
    this.penAt = -Infinity;
    this.seen = new IntersectionObserver((entries) => {
      this.isSeen = entries.at(-1).isIntersecting;
      this.look();
    });
    const listen = (name, react) => addEventListener(name, react, { capture: true, passive: true });
    listen("pointerdown", ({ target }) => (this.isDown ||= Boolean(target.closest?.(".st-key-pad"))));
    for (const name of ["pointerup", "pointercancel"]) listen(name, () => this.isDown && this.lift());
    document.addEventListener("visibilitychange", () => this.look());
  }

  lift() {
    this.isDown = false;
    this.penAt = performance.now();
    this.look();
  }

  answered({ question, restMs }) {
    if (question !== this.answer?.question) {
      const at = performance.now(), tookMs = restMs ? Math.min(at - this.penAt, UNANSWERED_MS) : 0;
      this.answer = { question, restMs: restMs + (tookMs < UNANSWERED_MS ? SPARED * tookMs : 0), at };
    }
    this.look();
  }

  tells({ shown, onlySeen }, place, trigger) {
    this.shown = { question: shown, onlySeen, place, trigger };
    this.look();
  }

  leave(place) {
    if (this.shown?.place === place) this.shown = null;
  }

  /** Ask for what is due, or look again when it is. */
  look() {
    clearTimeout(this.timer);
    const behind = document.querySelector(".st-key-behind");
    if (behind !== this.behind) this.watch(behind);
    const { answer, shown } = this;
    const isDue = Boolean(answer && shown?.place.isConnected && answer.question !== shown.question);
    behind?.toggleAttribute("data-inkling-late", isDue);
    behind?.setAttribute("aria-busy", String(isDue));
    if (!isDue || (shown.onlySeen && !this.isSeen) || this.isDown || document.hidden) return;
    const restsAt = this.penAt > answer.at ? this.penAt + UNANSWERED_MS : answer.at + answer.restMs;
    const again = this.asked?.question === answer.question ? this.asked.at + AGAIN_MS : 0;
    const wait = Math.max(restsAt, again) - performance.now();
    if (wait > 0) {
      this.timer = setTimeout(() => this.look(), wait);
      return;
    }
    this.asked = { question: answer.question, at: performance.now() };
    shown.trigger("rested", answer.question);
    this.look();
  }

  watch(behind) {
    this.seen.disconnect();
    this.behind = behind;
    this.isSeen = false;
    if (behind) this.seen.observe(behind);
  }
}

const rest = (window.__inklingRest ??= new Rest());

export default ({ parentElement, data, setTriggerValue }) => {
  if ("question" in data) rest.answered(data);
  else rest.tells(data, parentElement, setTriggerValue);
  return () => rest.leave(parentElement);
};
