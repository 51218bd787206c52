// Drawing by the keyboard: the arrows move a cursor over the canvas, the space bar puts the pen down and lifts it. What is
// drawn goes to the strokes (pad_strokes.js, or those of the demo screen), as what a pointer draws does (pad_pointers.js).

const { MODIFIERS } = await import("./pad_pointers.js" + new URL(import.meta.url).search);
const STEP_PX = 6;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function followKeys(canvas, strokes) {
  const cursor = document.createElement("div");
  cursor.className = "ink-cursor";
  cursor.hidden = true;
  canvas.parentElement.append(cursor);
  let x = canvas.width / 2, y = canvas.height / 3, points = null;
  const show = () => {
    cursor.hidden = false;
    cursor.style.left = `${(100 * x) / canvas.width}%`;
    cursor.style.top = `${(100 * y) / canvas.height}%`;
    cursor.classList.toggle("down", points !== null);
  };
  const draw = () => {
    points.push({ x, y });
    strokes.show(points);
  };
  const lift = () => {
    if (points) strokes.add(points);
    points = null;
  };
  canvas.addEventListener("keydown", (event) => {
    const move = ARROWS[event.key];
    if (move) {
      const step = event.shiftKey ? STEP_PX / 3 : STEP_PX;
      x = Math.min(canvas.width, Math.max(0, x + step * move[0]));
      y = Math.min(canvas.height, Math.max(0, y + step * move[1]));
      if (points) draw();
    } else if (event.key === " " && !event.repeat) {
      if (points) lift();
      else {
        points = [];
        draw();
      }
    } else {
      if (MODIFIERS.includes(event.key)) return;
      lift(); // a shortcut means all that has been drawn
      if (event.key !== "Escape") return;
    }
    event.preventDefault();
    event.stopPropagation();
    show();
  });
  canvas.addEventListener("blur", () => {
    lift();
    cursor.hidden = true;
  });
}
