// Pictures {values, width, height} of one number a pixel: cut to their ink, and sampled anew as Pillow does it.
// The browser's twin of core/images/centering.py, for the bars that move with the pen; tests/e2e/test_pen_answer.py
// holds both to one result.

const BOX_PX = 20;
export const SIZE_PX = 28;

export const picture = (width, height) => ({ values: new Float32Array(width * height), width, height });

export function mostOf(values) {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** Return {top, left, width, height} of what is above 0.4 of the darkest spot. */
export function cropBox({ values, width, height }) {
  const least = 0.4 * mostOf(values);
  let top = height, left = width, bottom = 0, right = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(values[y * width + x] > least)) continue;
      if (y < top) top = y;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      bottom = y + 1;
    }
  }
  return bottom ? { top, left, width: right - left, height: bottom - top } : { top: 0, left: 0, width, height };
}

export function cut(image, { top, left, width, height }) {
  const part = picture(width, height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * image.width + left;
    part.values.set(image.values.subarray(start, start + width), y * width);
  }
  return part;
}

// What counts of a pixel at a distance from the middle of a new one, and how far that reaches (Pillow's Resample.c).
const BOX = { reach: 0.5, weight: (distance) => (distance > -0.5 && distance <= 0.5 ? 1 : 0) };
const BILINEAR = { reach: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) };

/** Return, for each of `count` new pixels between `start` and `end`, the first old one that counts, and the weights.
 * When it shrinks, the filter is as much wider, which is how Pillow keeps from aliasing. */
function weightsOf(filter, start, end, length, count) {
  const scale = (end - start) / count, spread = Math.max(scale, 1), reach = filter.reach * spread;
  return Array.from({ length: count }, (_, k) => {
    const middle = start + (k + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const last = Math.min(length, Math.trunc(middle + reach + 0.5));
    const weightAt = (_, i) => filter.weight((i + first - middle + 0.5) / spread);
    const weights = Float64Array.from({ length: last - first }, weightAt);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: total ? weights.map((weight) => weight / total) : weights };
  });
}

/** Return the square or rectangle between left, top, right, bottom of `image` as width x height pixels, rows last. */
function resample({ values, width: from, height: rows }, width, height, filter, [left, top, right, bottom]) {
  const across = weightsOf(filter, left, right, from, width), down = weightsOf(filter, top, bottom, rows, height);
  const narrow = new Float32Array(width * rows), result = picture(width, height);
  const begin = down[0].first, end = down.at(-1).first + down.at(-1).weights.length;
  for (let y = begin; y < end; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x], at = y * from + first;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += values[at + i] * weights[i];
      narrow[y * width + x] = sum;
    }
  }
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y];
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += narrow[(first + i) * width + x] * weights[i];
      result.values[y * width + x] = Math.min(1, Math.max(0, sum));
    }
  }
  return result;
}

/** Round as Python does: half to even. */
const rounded = (value) => (value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

const whole = ({ width, height }) => [0, 0, width, height];

/** Return the image with its longer side `longest` px, aspect kept. */
export function resized(image, longest) {
  const scale = longest / Math.max(image.width, image.height), filter = scale < 1 ? BOX : BILINEAR;
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, rounded(side * scale)));
  return resample(image, width, height, filter, whole(image));
}

/** Return the image in width x height, for a model of pictures of another size. */
export const stretched = (image, width, height) => resample(image, width, height, BILINEAR, whole(image));

/** Return the shape in 28 x 28, its longer side 20 px, its centre of mass in the middle of pixel 14. */
export function placed(shape) {
  const { values, width, height } = shape, longest = Math.max(width, height);
  let mass = 0, downward = 0, rightward = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      mass += values[i];
      downward += values[i] * y;
      rightward += values[i] * x;
    }
  }
  const side = (longest * SIZE_PX) / BOX_PX, middle = ((SIZE_PX / 2 + 0.5) / SIZE_PX) * side;
  const margin = Math.ceil(side) + 1, framed = picture(width + 2 * margin, height + 2 * margin);
  for (let y = 0; y < height; y++) {
    framed.values.set(values.subarray(y * width, (y + 1) * width), (margin + y) * framed.width + margin);
  }
  const [left, top] = [rightward, downward].map((moment) => moment / mass + 0.5 - middle + margin);
  const box = [left, top, left + side, top + side].map(Math.fround); // Pillow takes a box in single precision
  return resample(framed, SIZE_PX, SIZE_PX, longest >= BOX_PX ? BOX : BILINEAR, box);
}
