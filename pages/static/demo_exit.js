// The way out of the demo screen, for who knows of it: the Escape key, or an upper corner of the screen, held for 5 s.

const { make } = await import("./wire.js" + new URL(import.meta.url).search);
const HELD_S = 5, CORNER_PX = 72;

export function watchExit(root, words, home) {
  const note = make("p", { className: "demo-exit", hidden: true });
  note.setAttribute("role", "status");
  root.append(note);
  let counting = null;
  const release = () => {
    clearInterval(counting);
    counting = null;
    note.hidden = true;
  };
  const hold = () => {
    if (counting) return;
    let seconds = HELD_S;
    const count = () => {
      if (seconds === 0) return location.assign(home);
      note.textContent = words.say("hold", { seconds });
      note.hidden = false;
      seconds -= 1;
    };
    count();
    counting = setInterval(count, 1000);
  };
  const listen = (name, react) => addEventListener(name, react, { capture: true });
  listen("keydown", ({ key }) => (key === "Escape" ? hold() : release()));
  listen("keyup", release);
  listen("pointerdown", ({ clientX, clientY }) => {
    if (clientY < CORNER_PX && Math.min(clientX, innerWidth - clientX) < CORNER_PX) hold();
  });
  for (const name of ["pointerup", "pointercancel", "blur"]) listen(name, release);
}
