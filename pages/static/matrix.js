// The confusion matrix: a table whose every cell is a button that opens the images behind it.
// pages/evaluate/confusion_matrix.py sends; arrow keys move between cells.

const query = new URL(import.meta.url).search;
const { make, mountOnce } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new MatrixView(place));

class MatrixView {
  constructor(place) {
    this.table = make("table");
    this.axis = make("div", { className: "ink-matrix-axis" });
    this.root = make("div", { className: "ink-matrix" }, this.axis, this.table);
    this.table.addEventListener("keydown", (event) => this.key(event));
    place.append(this.root);
  }

  receive({ data, setTriggerValue }) {
    this.choose = (i, j) => setTriggerValue("cell", [i, j]);
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    this.words = new Words(data.words);
    const known = (name) => JSON.stringify(this.head?.[name]) === JSON.stringify(data[name]);
    if (!["labels", "words"].every(known)) this.build(data.labels);
    this.head = data;
    this.table.setAttribute("aria-label", data.alt);
    data.counts.forEach((row, i) => row.forEach((count, j) => this.fill(i, j, count)));
  }

  build(labels) {
    const isLong = labels.some((label) => label.length > 3);
    this.root.style.setProperty("--names", isLong ? "6.2rem" : "2.6rem");
    this.axis.textContent = this.words.say("columns");
    const corner = make("th", { className: "corner", textContent: this.words.say("rows") });
    const head = make("thead", { className: isLong ? "long" : "" }, make("tr", {}, corner,
      ...labels.map((label) => make("th", { scope: "col", title: label }, make("span", { textContent: label })))));
    this.buttons = labels.map((_, i) => labels.map((__, j) => {
      const button = make("button", { type: "button", tabIndex: i + j ? -1 : 0 });
      button.addEventListener("click", () => this.choose(i, j));
      return button;
    }));
    const rows = labels.map((label, i) => make("tr", {}, make("th", { scope: "row", title: label, textContent: label }),
      ...this.buttons[i].map((button) => make("td", {}, button))));
    this.table.replaceChildren(head, make("tbody", {}, ...rows));
  }

  fill(i, j, count) {
    const { labels, shades, inks, totals, chosen } = this.head, button = this.buttons[i][j];
    const share = totals[i] ? count / totals[i] : 0;
    button.textContent = count ? this.words.number(count) : "";
    button.classList.toggle("right", i === j);
    button.style.setProperty("--cell", shades[i][j]);
    button.style.color = inks[i][j];
    const of = { true: labels[i], answer: labels[j], count, share };
    button.title = totals[i] ? this.words.say("cell", of) : this.words.say("untested", of);
    button.setAttribute("aria-label", button.title);
    button.setAttribute("aria-pressed", String(Boolean(chosen && chosen[0] === i && chosen[1] === j)));
  }

  key(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const i = this.buttons.findIndex((row) => row.includes(document.activeElement));
    if (i < 0) return;
    const next = this.buttons[i + move[0]]?.[this.buttons[i].indexOf(document.activeElement) + move[1]];
    if (!next) return;
    this.buttons.flat().forEach((button) => (button.tabIndex = -1));
    next.tabIndex = 0;
    next.focus();
  }

  destroy() {
    this.root.remove();
  }
}
