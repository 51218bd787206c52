// The numbers of a chart's curves as a table, for those who do not see them, or want to read them off.

const { make } = await import("./wire.js" + new URL(import.meta.url).search);
const MOST = 40;  // steps of a kind; of more, as many evenly apart, and the last

/** Return the steps that the table has rows for, rising: those of the evaluations, and some of the other lines. */
export function rowsOf(series) {
  const points = stepsOf(series.filter(({ role }) => role === "points"));
  return rising([...points, ...stepsOf(series.filter(({ role }) => role === "line" || role === "pale"))]);
}

/** Return the table: a row for each step, a column for each curve. */
export function tableOf(series, rows, first, words, shown) {
  const curves = series.filter(({ role }) => role !== "faint");
  const head = [first, ...curves.map(({ label }) => label)].map((textContent) => make("th", { scope: "col", textContent }));
  const lines = rows.map((step) => make("tr", {}, make("th", { scope: "row", textContent: words.number(step) }),
    ...curves.map((curve) => make("td", { textContent: valueAt(curve, step, shown) }))));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines));
}

const rising = (steps) => [...new Set(steps)].sort((a, b) => a - b);

function stepsOf(curves) {
  const steps = rising(curves.flatMap(({ x }) => x)), stride = Math.ceil(steps.length / MOST);
  return steps.filter((_, i) => (steps.length - 1 - i) % stride === 0);
}

/** An evaluation's value at its own step; a line's last value until then, as far as it goes. */
function valueAt({ x, y, role }, step, shown) {
  const after = x.findIndex((at) => at > step), place = (after < 0 ? x.length : after) - 1;
  const isThere = place >= 0 && (x[place] === step || (role !== "points" && after > 0));
  return isThere ? shown(y[place]) : "";
}
