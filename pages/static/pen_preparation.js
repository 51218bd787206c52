// From the canvas to the pixels that a model was trained on, in the browser: the same stages as the server's
// (core/images/ink_extraction.py and preprocessing.py), for the bars that move with the pen.

const query = new URL(import.meta.url).search;
const { cropBox, cut, mostOf, picture, placed, resized, stretched } = await import("./pen_resampling.js" + query);
const { withEvenPen } = await import("./pen_width.js" + query);
const { deskewed } = await import("./pen_deskew.js" + query);

const BOX_PX = 20, WORK_PX = 160, MIN_CONTRAST = 0.06;

/** Return the ink in [0, 1] of RGBA bytes: what differs from what most of the edge shows. */
export function inkOf({ data, width, height }) {
  const ink = picture(width, height), { values } = ink, seen = new Float32Array(values.length);
  for (let channel = 0; channel < 4; channel++) {
    for (let i = 0; i < seen.length; i++) {
      const alpha = data[4 * i + 3] / 255;
      seen[i] = channel === 3 ? alpha : (data[4 * i + channel] / 255) * alpha;
    }
    const paper = middleOfEdge(seen, width, height);
    for (let i = 0; i < seen.length; i++) {
      const contrast = Math.abs(seen[i] - paper);
      if (contrast > values[i]) values[i] = contrast;
    }
  }
  const darkest = mostOf(values);
  for (let i = 0; i < seen.length; i++) values[i] = darkest > MIN_CONTRAST ? values[i] / darkest : 0;
  return ink;
}

function middleOfEdge(seen, width, height) {
  const edge = [...seen.subarray(0, width), ...seen.subarray((height - 1) * width)];
  for (let y = 0; y < height; y++) edge.push(seen[y * width], seen[(y + 1) * width - 1]);
  edge.sort((one, other) => one - other);
  return (edge[edge.length / 2 - 1] + edge[edge.length / 2]) / 2;
}

/** Return whether there is no ink, or a mere dot. */
function isUnreadable({ values, width, height }, box) {
  if (mostOf(values) < 0.25) return true;
  const longest = Math.max(box.width, box.height), canvas = Math.max(width, height);
  const filled = values.reduce((count, value) => count + (value > 0.5), 0) / (box.width * box.height);
  const isDot = longest < 1.4 * Math.min(box.width, box.height) && filled > 0.7 && longest < 0.15 * canvas;
  return isDot || longest < 0.03 * canvas;
}

/** Return the image that the model is asked about, as `form` has it; null where there is nothing to ask about.
 * form: {width, height, deskew, thinnest, thickest}, the pen in px of the box of 20. */
export function prepared(ink, { width, height, deskew, thinnest, thickest }) {
  const box = cropBox(ink);
  if (isUnreadable(ink, box)) return null;
  const redrawn = withEvenPen(resized(cut(ink, box), WORK_PX), thinnest / BOX_PX, thickest / BOX_PX);
  const centred = placed(cut(redrawn, cropBox(redrawn))), image = deskew ? deskewed(centred) : centred;
  return image.width === width && image.height === height ? image : stretched(image, width, height);
}
