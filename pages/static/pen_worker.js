// The thread in which the bars' answer is computed while the pen is down, so that no stroke waits for it. pen_answer.js
// gives it a model, {head, weights}, and pictures of the canvas, {data, width, height}, one at a time; it answers with
// the share of each class, or null where there is nothing to ask about.

const query = new URL(import.meta.url).search;
const parts = Promise.all([import("./pen_preparation.js" + query), import("./pen_model.js" + query)]);
let model = null;

// set at once: what is told before there is anybody to hear it is lost
onmessage = async ({ data: told }) => {
  const [{ inkOf, prepared }, { modelFrom, sharesOf }] = await parts;
  if (told.head) {
    model = modelFrom(told.head, told.weights);
    return;
  }
  const image = prepared(inkOf(told), model.image);
  postMessage(image && sharesOf(model, image));
};
