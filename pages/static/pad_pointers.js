// Which pointers draw on the pad: the pen, the left button of a mouse, or one finger. A palm does not, nor do two
// fingers, nor a touch while the pen is near. What they draw goes to pad_strokes.js; the canvas itself hears of none.

const PALM_PX = 60; // a contact as wide as this is a palm as long as it lies still ...
const STILL_PX = 24; // ... within this distance: the flat thumb of a phone moves on
const LARGE_PX = 110; // no finger is as wide
const BROAD_PX = 40; // twice as wide as another finger and at least this: the palm beside it
const TOGETHER_MS = 300; // a finger beside the canvas that comes as soon belongs to a pinch
const PEN_MS = 500; // so long after it was seen the pen is near
// what is done to the drawing (pages/draw/canvas.py, own_drawings.py, counterfactual.py): buttons, by their shortcuts, too
const BUTTONS = ["pad_tools", "lesson_labels", "flip_draw", "flip_undo"].map((key) => `.st-key-${key} button`);
const PRESSES = BUTTONS.map((button) => `${button}:not([disabled])`).join(",");
export const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];

const liesStill = ({ size, way }) => size >= LARGE_PX || (size >= PALM_PX && way < STILL_PX);
const isPalmBeside = (one, other) =>
  (liesStill(one) && !liesStill(other)) || (one.size >= BROAD_PX && one.size >= 2 * other.size);

const isShortcut = ({ key, ctrlKey, metaKey, target }) => {
  if (target.closest?.("input, textarea")) return false;
  const tools = [...document.querySelectorAll(BUTTONS[0])], names = ["z", "y"];
  const isOfLabel = (button) => /^\d$/.test(key) && button.textContent.startsWith(key);
  const labels = [...document.querySelectorAll(BUTTONS[1])].filter(isOfLabel);
  const pressed = ctrlKey || metaKey ? [tools[names.indexOf(key.toLowerCase())]] : key === "Delete" ? [tools[2]] : labels;
  return pressed.some((button) => button && !button.disabled);
};

export function followPointers(canvas, strokes) {
  const touches = new Map(); // by their pointerId: all that touch the page
  const gone = new AbortController();
  let drawing = null, penSeen = -Infinity; // drawing: the pointer that does, with its points

  const drop = () => {
    if (drawing) strokes.drop();
    drawing = null;
  };
  const finish = () => {
    const { points } = drawing;
    if (liesStill(drawing)) return drop();
    drawing = null;
    strokes.add(points);
  };
  const begin = (pointer, event) => {
    drawing = pointer;
    canvas.setPointerCapture(event.pointerId);
    goOn(event);
  };
  const goOn = (event) => {
    drawing.points.push(strokes.place(event));
    if (liesStill(drawing)) strokes.drop();
    else strokes.show(drawing.points);
  };
  const measure = (pointer, event) => {
    pointer.size = Math.max(pointer.size, event.width, event.height);
    pointer.way = Math.max(pointer.way, Math.hypot(event.clientX - pointer.x, event.clientY - pointer.y));
  };
  const made = (event) => {
    const { pointerId: id, pointerType: type, clientX: x, clientY: y, timeStamp: since } = event;
    const size = type === "touch" ? Math.max(event.width, event.height) : 0;
    return { id, type, x, y, since, size, way: 0, points: [], isOnPad: event.composedPath()[0] === canvas };
  };
  const mayDraw = (touch) => {
    if (touch.isPalm || (drawing && drawing.type !== "touch")) return false;
    const fingers = [...touches.values()].filter((one) => one !== touch && !one.isPalm);
    const together = fingers.filter((one) => (one.isOnPad && touch.isOnPad) || touch.since - one.since < TOGETHER_MS);
    for (const one of together) {
      if (isPalmBeside(one, touch)) one.isPalm = true;
      else if (isPalmBeside(touch, one)) touch.isPalm = true;
      else one.isOut = touch.isOut = true;
    }
    if (drawing?.isPalm || drawing?.isOut) drop();
    return touch.isOnPad && !touch.isPalm && !touch.isOut && !drawing;
  };

  const listen = (target, name, react) => target.addEventListener(name, react, { capture: true, signal: gone.signal });
  listen(window, "pointerdown", (event) => {
    if (!canvas.isConnected) return gone.abort();
    const pointer = made(event);
    if (pointer.type === "touch") {
      touches.set(pointer.id, pointer);
      pointer.isPalm = event.timeStamp - penSeen < PEN_MS;
      if (mayDraw(pointer)) begin(pointer, event);
      return;
    }
    if (!pointer.isOnPad || event.button !== 0) return;
    if (pointer.type === "pen") {
      penSeen = event.timeStamp;
      for (const touch of touches.values()) touch.isPalm = true;
      if (drawing?.isPalm) drop();
    }
    if (!drawing) begin(pointer, event);
  });
  listen(canvas, "pointermove", (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    const touch = touches.get(event.pointerId);
    if (touch) measure(touch, event);
    if (drawing?.id !== event.pointerId) return;
    if (event.buttons) goOn(event);
    else finish(); // it was lifted where nobody heard of it
  });
  listen(window, "pointerup", (event) => {
    touches.delete(event.pointerId);
    if (drawing?.id === event.pointerId) finish();
  });
  listen(window, "pointercancel", (event) => {
    touches.delete(event.pointerId);
    if (drawing?.id === event.pointerId) drop();
  });
  // what is pressed beside the canvas means all that has been drawn, with the stroke in the making
  listen(window, "click", (event) => {
    if (event.composedPath().includes(canvas.getRootNode())) return;
    if (drawing) finish();
    if (event.target.closest?.(PRESSES)) strokes.press();
  });
  listen(window, "keydown", (event) => {
    if (MODIFIERS.includes(event.key)) return;
    if (drawing) finish();
    if (isShortcut(event)) strokes.press();
  });
  for (const name of ["mousedown", "touchstart"])
    canvas.parentElement.addEventListener(
      name,
      (event) => {
        if (strokes.isHanding) return;
        event.stopPropagation();
        if (name === "touchstart") event.preventDefault(); // no scrolling, no magnifying glass
      },
      { capture: true, passive: false },
    );
}
