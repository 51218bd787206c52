// The width of a drawing's pen, measured and evened out: the browser's twin of core/images/stroke_width.py, for the
// bars that move with the pen.
//
// Zhang and Suen 1984, "A fast parallel algorithm for thinning digital patterns", CACM 27 (3): the middle line.
// Felzenszwalb and Huttenlocher 2012, "Distance transforms of sampled functions", Theory of Computing 8: how deep.

const query = new URL(import.meta.url).search;
const { picture } = await import("./pen_resampling.js" + query);

const MARGIN_PX = 2;

/** Return the marks {values, width, height} with a margin of nothing around them. */
function padded({ values, width, height }, margin, Kind) {
  const wide = { width: width + 2 * margin, height: height + 2 * margin };
  wide.values = new Kind(wide.width * wide.height);
  for (let y = 0; y < height; y++) {
    wide.values.set(values.subarray(y * width, (y + 1) * width), (margin + y) * wide.width + margin);
  }
  return wide;
}

/** Where scikit-image, which the server measures with, departs from the paper: at steps and ends two pixels wide. */
const EXCEPTIONS = {
  3: 1, 6: 1, 10: 3, 11: 1, 12: 1, 14: 1, 24: 2, 26: 2, 40: 3, 48: 0, 56: 2, 96: 2, 104: 2, 108: 2, 129: 0, 130: 3,
  131: 1, 134: 1, 160: 3, 161: 1, 176: 2, 192: 2, 194: 1, 198: 1, 224: 2,
};

/** For each pattern of the eight neighbours, clockwise from the upper left one, which is the lowest bit: 1 where the
 * first half of a pass takes the pixel away, 2 where the second does, 3 where both do. */
const TAKES = Uint8Array.from({ length: 256 }, (_, pattern) => {
  if (pattern in EXCEPTIONS) return EXCEPTIONS[pattern];
  const ring = Array.from({ length: 8 }, (_, k) => (pattern >> k) & 1), [, n, , e, , s, , w] = ring;
  const count = ring.reduce((sum, mark) => sum + mark);
  const rises = ring.filter((mark, k) => mark && !ring.at(k - 1)).length;
  if (count < 2 || count > 6 || rises !== 1) return 0;
  return (n * e * s || e * s * w ? 0 : 1) | (n * e * w || n * s * w ? 0 : 2);
});

/** Return the middle line of a mask whose outermost pixels are empty. */
export function thinned({ values, width, height }) {
  const line = values.slice(), around = [-width - 1, -width, 1 - width, 1, width + 1, width, width - 1, -1];
  let left = [...line.keys()].filter((place) => line[place]), before;
  const liesInside = (place) => line[place - width] && line[place + 1] && line[place + width] && line[place - 1];
  const isTaken = (place, half) => {
    if (liesInside(place)) return false;
    let pattern = 0;
    for (let k = 0; k < 8; k++) pattern |= line[place + around[k]] << k;
    return TAKES[pattern] & half;
  };
  do {
    before = left.length;
    for (const half of [1, 2]) {
      const taken = left.filter((place) => isTaken(place, half));
      for (const place of taken) line[place] = 0;
      left = left.filter((place) => line[place]);
    }
  } while (left.length < before);
  return { values: line, width, height };
}

/** Return how far each pixel is from the nearest one that is `wanted`, 0 or 1; there must be one. */
function distances({ values, width, height }, wanted) {
  const squares = new Float64Array(values.length), far = width + height;
  for (let x = 0; x < width; x++) {
    for (let y = 0, near = far; y < height; y++) {
      near = values[y * width + x] === wanted ? 0 : near + 1;
      squares[y * width + x] = near;
    }
    for (let y = height - 1, near = far; y >= 0; y--) {
      near = Math.min(near + 1, squares[y * width + x]);
      squares[y * width + x] = near * near;
    }
  }
  const roots = new Int32Array(width), bounds = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) alongRow(squares, y * width, width, roots, bounds);
  return squares;
}

/** Replace a row of squared distances down by the distances: the lower envelope of a parabola over each pixel. */
function alongRow(squares, start, width, roots, bounds) {
  const row = squares.slice(start, start + width);
  const meet = (p, q) => (row[q] + q * q - row[p] - p * p) / (2 * (q - p));
  let last = 0;
  [roots[0], bounds[0], bounds[1]] = [0, -Infinity, Infinity];
  for (let q = 1; q < width; q++) {
    let from = meet(roots[last], q);
    while (from <= bounds[last]) from = meet(roots[--last], q);
    roots[++last] = q;
    [bounds[last], bounds[last + 1]] = [from, Infinity];
  }
  for (let x = 0, k = 0; x < width; x++) {
    while (bounds[k + 1] < x) k++;
    squares[start + x] = Math.sqrt(row[roots[k]] + (x - roots[k]) ** 2);
  }
}

function median(values) {
  const sorted = values.sort(), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Return {mask, line, depth, width}: what is ink, its middle line, how deep in it lies what, how wide the pen is. */
function strokesOf(ink) {
  const marks = { ...ink, values: ink.values.map((value) => (value > 0.5 ? 1 : 0)) };
  const mask = padded(marks, MARGIN_PX, Uint8Array), line = thinned(mask), depth = distances(mask, 0);
  const width = 2 * median(depth.filter((_, place) => line.values[place])) - 1;
  return { mask, line, depth, width };
}

/** Return how long the middle line's longer side is. */
function lengthOf({ values, width, height }) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  values.forEach((mark, place) => {
    if (!mark) return;
    const y = Math.floor(place / width), x = place % width;
    [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
  });
  return Math.max(bottom - top, right - left) + 1;
}

/** Return the ink as if written with a pen of `thinnest` to `thickest`, shares of its longer side; crop it again. */
export function withEvenPen(ink, thinnest, thickest) {
  const strokes = strokesOf(ink);
  if (!Number.isFinite(strokes.width)) return ink; // nothing is that dark
  const middle = lengthOf(strokes.line), share = strokes.width / (middle + strokes.width);
  const wanted = Math.min(thickest, Math.max(thinnest, share));
  if (wanted === share) return ink;
  const width = (middle * wanted) / (1 - wanted), outward = (width - strokes.width) / 2;
  const margin = Math.max(0, Math.ceil(outward)) + 3;
  const mask = padded(strokes.mask, margin, Uint8Array), line = padded(strokes.line, margin, Uint8Array);
  const depth = padded({ ...strokes.mask, values: strokes.depth }, margin, Float64Array).values;
  const outside = distances(mask, 1), away = outward < 0 ? distances(line, 1) : null;
  const redrawn = picture(mask.width, mask.height);
  for (let i = 0; i < outside.length; i++) {
    let moved = outward - (outside[i] - depth[i]) + 0.5;
    if (away) moved = Math.max(moved, width / 2 - away[i] + 0.5); // thinning breaks no stroke
    redrawn.values[i] = Math.min(1, Math.max(0, moved));
  }
  return redrawn;
}
