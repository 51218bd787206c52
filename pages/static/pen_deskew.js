// One slant and one size for every writer: the browser's twin of core/images/deskew.py, which names its sources.

const query = new URL(import.meta.url).search;
const { picture } = await import("./pen_resampling.js" + query);

const MAX_SLANT = 1.0, SPREAD_Y = 5.6 / 28, SPREAD_X = 4.0 / 28, MAX_WIDENING = 1.7;

/** Return the centre of the ink and its second moments about it, per unit of mass. */
function moments({ values, width, height }) {
  let mass = 0, sumX = 0, sumY = 0, sumXY = 0, sumXX = 0, sumYY = 0;
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const ink = values[i], x = column - width / 2, y = row - height / 2;
      mass += ink;
      sumX += ink * x;
      sumY += ink * y;
      sumXY += ink * x * y;
      sumXX += ink * x * x;
      sumYY += ink * y * y;
    }
  }
  const x = sumX / mass, y = sumY / mass;
  const xy = sumXY / mass - x * y, xx = Math.max(sumXX / mass - x * x, 1e-2), yy = Math.max(sumYY / mass - y * y, 1e-2);
  return { x: x + width / 2, y: y + height / 2, xy, xx, yy };
}

/** Return the value at a fractional place among `length` values, linearly, 0 outside; read(k) gives value k. */
function between(read, place, length) {
  const at = Math.min(Math.max(place + 1, 0), length + 1) - 1, low = Math.floor(at), part = at - low;
  const value = (k) => (k >= 0 && k < length ? read(k) : 0);
  return value(low) + (value(low + 1) - value(low)) * part;
}

/** Return the image upright and of one size, centred by mass. */
export function deskewed(image) {
  const { values, width, height } = image, { x, y, xy, xx, yy } = moments(image);
  const slant = Math.min(MAX_SLANT, Math.max(-MAX_SLANT, xy / yy));
  const narrow = Math.max(xx - 2 * slant * xy + slant * slant * yy, 1e-2); // the spread across, once upright
  const stepY = Math.sqrt(yy) / (SPREAD_Y * height);
  const stepX = Math.max(Math.sqrt(narrow) / (SPREAD_X * width), 1 / MAX_WIDENING);
  const tall = picture(width, height), upright = picture(width, height);
  for (let row = 0; row < height; row++) {
    const down = stepY * (row - height / 2);
    for (let column = 0; column < width; column++) {
      tall.values[row * width + column] = between((k) => values[k * width + column], y + down, height);
    }
    for (let column = 0; column < width; column++) {
      const place = x + slant * down + stepX * (column - width / 2);
      upright.values[row * width + column] = between((k) => tall.values[row * width + k], place, width);
    }
  }
  return upright;
}
