// A stroke as Fabric.js, which streamlit-drawable-canvas draws with, smooths it.

export function paintStroke(context, { points, width, ink }) {
  context.lineWidth = width;
  context.strokeStyle = ink;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(points[0].x, points[0].y);
  points.slice(1).forEach(({ x, y }, i) => {
    const before = points[i];
    context.quadraticCurveTo(before.x, before.y, (before.x + x) / 2, (before.y + y) / 2);
  });
  const last = points.at(-1);
  context.lineTo(last.x + 0.01, last.y); // a dot has a length too
  context.stroke();
}
