// The thread in which the bars' answer is computed while the pen is down, so that no stroke waits for it. pen_answer.js
// gives it a model, {head, weights}, and pictures of the canvas, {data, width, height}, one at a time; it answers with
// the share of each class, or null where there is nothing to ask about.

const query = new URL(import.meta.url).search;
const { inkOf, prepared } = await import("./pen_preparation.js" + query);
const { modelFrom, sharesOf } = await import("./pen_model.js" + query);
let model = null;

onmessage = ({ data: told }) => {
  if (told.head) model = modelFrom(told.head, told.weights);
  if (told.data) postMessage(answerTo(told));
};

function answerTo(canvas) {
  const image = prepared(inkOf(canvas), model.image);
  return image && sharesOf(model, image);
}
