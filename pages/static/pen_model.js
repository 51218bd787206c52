// A model's answer, computed in the browser from the weights that the server computes with: softmax regression, MLP or
// CNN, layer by layer (core/prediction/layer_list.py lists them).

/** Return the model of `head`, {layers: [{kind, ...}], mean, std, ...}, with its weights one after another. */
export function modelFrom(head, weights) {
  let start = 0;
  const take = (count) => weights.subarray(start, (start += count));
  const layers = head.layers.map((layer) => {
    const { kind, inputs, outputs, size = 1 } = layer;
    if (kind !== "linear" && kind !== "conv") return layer;
    return { ...layer, weight: take(outputs * inputs * size * size), bias: take(outputs) };
  });
  return { ...head, layers };
}

/** Return the share of each class for a picture {values, width, height} in [0, 1]. */
export function sharesOf({ layers, mean, std }, image) {
  const scaled = image.values.map((value) => (value - mean) / std);
  const { values } = layers.reduce((planes, layer) => LAYERS[layer.kind](planes, layer), { ...image, values: scaled });
  const most = Math.max(...values), powers = Array.from(values, (logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

// Each takes and returns planes {values, width, height}, one after another: (C, H, W).
const LAYERS = {
  linear, conv, pool,
  relu: each((x) => Math.max(0, x)), tanh: each(Math.tanh), sigmoid: each(sigmoid), gelu: each(gelu),
};

function each(change) {
  return (planes) => ({ ...planes, values: planes.values.map(change) });
}

function linear({ values }, { weight, bias, inputs }) {
  const sums = Float32Array.from(bias, (start, output) => start + product(values, weight, output * inputs));
  return { values: sums, width: sums.length, height: 1 };
}

/** Return the sum of values times as many weights, four at once: each sum waits only for itself. */
function product(values, weight, start) {
  const whole = values.length & ~3;
  let first = 0, second = 0, third = 0, fourth = 0;
  for (let i = 0, at = start; i < whole; i += 4, at += 4) {
    first += values[i] * weight[at];
    second += values[i + 1] * weight[at + 1];
    third += values[i + 2] * weight[at + 2];
    fourth += values[i + 3] * weight[at + 3];
  }
  for (let i = whole; i < values.length; i++) first += values[i] * weight[start + i];
  return first + second + third + fourth;
}

/** Convolve, with as much empty space around as keeps the size. */
function conv({ values, width, height }, { weight, bias, inputs, outputs, size }) {
  const edge = size >> 1, area = width * height, sums = new Float32Array(outputs * area);
  const patch = new Float32Array(inputs * size * size);
  for (let place = 0; place < area; place++) {
    const top = Math.floor(place / width) - edge, left = (place % width) - edge;
    for (let input = 0, k = 0; input < inputs; input++) {
      for (let y = top; y < top + size; y++) {
        for (let x = left; x < left + size; x++, k++) {
          patch[k] = y >= 0 && y < height && x >= 0 && x < width ? values[input * area + y * width + x] : 0;
        }
      }
    }
    for (let output = 0; output < outputs; output++) {
      sums[output * area + place] = bias[output] + product(patch, weight, output * patch.length);
    }
  }
  return { values: sums, width, height };
}

/** Keep the largest of every two by two. */
function pool({ values, width, height }) {
  const half = width >> 1, low = height >> 1, count = values.length / (width * height);
  const most = new Float32Array(count * half * low);
  for (let plane = 0, i = 0; plane < count; plane++) {
    for (let y = 0; y < low; y++) {
      for (let x = 0; x < half; x++, i++) {
        const at = plane * width * height + 2 * y * width + 2 * x;
        most[i] = Math.max(values[at], values[at + 1], values[at + width], values[at + width + 1]);
      }
    }
  }
  return { values: most, width: half, height: low };
}

function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/** x times the share of a normal distribution below x, by Abramowitz and Stegun 1964, 7.1.26, to 1.5e-7. */
function gelu(x) {
  const z = Math.abs(x) / Math.SQRT2, t = 1 / (1 + 0.3275911 * z);
  const rest = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const beyond = (rest * Math.exp(-z * z)) / 2;
  return x * (x < 0 ? beyond : 1 - beyond);
}
