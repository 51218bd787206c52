// pages/components/live_chart.py sends, core/live/messages.py says what.

const query = new URL(import.meta.url).search;
const { decodeArrays, themeOf, make, wrapped, loadPlotly, mountOnce, LiveView } = await import("./wire.js" + query);
const { Words } = await import("./numbers.js" + query);
const { rowsOf, tableOf } = await import("./chart_table.js" + query);
const KEPT = { faint: 2000, line: 2000, points: 2000, pale: 600 };
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, scrollZoom: false };
const REST = 4;  // times as long as a drawing took
const MARGIN = 1.012;  // beyond the last step, so that its marker is whole
const views = new WeakMap();

export default (component) => mountOnce(views, component, (place) => new ChartView(place));

class ChartView extends LiveView {
  constructor(place) {
    super();
    this.series = [];
    this.log = false;
    this.restUntil = 0;
    this.title = make("span", { className: "ink-chart-title" });
    this.logButton = make("button", { type: "button", ariaPressed: "false" });
    this.tableButton = make("button", { type: "button", ariaPressed: "false" });
    this.resetButton = make("button", { type: "button", hidden: true });
    this.plot = make("div", { className: "ink-chart-plot", tabIndex: 0 });
    this.plot.setAttribute("role", "img");
    this.labels = make("div", { className: "ink-chart-labels", ariaHidden: "true" });
    this.note = make("p", { className: "ink-chart-note" });
    const tools = make("span", { className: "ink-chart-tools" }, this.resetButton, this.logButton, this.tableButton);
    this.table = make("div", { className: "ink-chart-table", tabIndex: 0, hidden: true });
    this.table.setAttribute("role", "group");
    this.root = make("div", { className: "ink-chart" }, make("div", { className: "ink-chart-head" }, this.title, tools),
      make("div", { className: "ink-chart-stage" }, this.plot, this.labels, this.note, this.table));
    place.append(this.root);
    this.logButton.onclick = () => this.setLog(!this.log);
    this.tableButton.onclick = () => this.showTable(this.table.hidden);
    this.resetButton.onclick = () => this.zoomTo(null);
    this.plot.addEventListener("keydown", (event) => this.onKey(event));
    this.plot.addEventListener("dblclick", () => this.zoomTo(null));
    this.watchPointer();
    this.sizes = new ResizeObserver(() => this.schedule());
    this.sizes.observe(this.plot);
    loadPlotly().then(() => this.schedule(), () => {
      this.isBroken = true;
      this.entitle();
    });
  }

  /** Redraw neither under a drag, which would end it, nor without the hover box that was there. */
  watchPointer() {
    this.plot.addEventListener("pointerdown", () => (this.dragging = true), true);
    this.release = () => {
      if (this.dragging) this.schedule();
      this.dragging = false;
    };
    addEventListener("pointerup", this.release);
    addEventListener("pointercancel", this.release);
    this.plot.addEventListener("mousemove", (event) => (this.pointer = { clientX: event.clientX, clientY: event.clientY, target: event.target }));
    this.plot.addEventListener("mouseleave", () => (this.pointer = null));
  }

  take(header, payload) {
    const arrays = decodeArrays(header.a, payload);
    let fresh;
    if (header.whole) {
      if (this.head && this.head.run !== header.run) this.zoomTo(null);
      const earlier = header.keepsEarlier ? this.series.filter(({ role }) => role === "pale") : [];
      if (earlier.length) header.xEnd = Math.max(header.xEnd, this.head.xEnd);
      if (!header.keepsEarlier) this.earlierAlt = header.earlierAlt;
      this.head = header;
      this.words = new Words(header.words);
      this.taken = 60;
      this.series = header.series.map((series) => ({ ...series, x: [], y: [], said: [] }));
      fresh = this.series;
      this.series = [...earlier, ...fresh];
      Object.assign(this.logButton, { textContent: this.words.say("log"), title: this.words.say("log_help") });
      this.resetButton.textContent = this.words.say("whole");
      this.tableButton.textContent = this.words.say("table");
      this.logButton.hidden = header.percent;
      this.entitle();
    }
    const targets = header.whole ? fresh : header.keys.map((key) => this.series.find((s) => s.key === key));
    targets.forEach((series, i) => {
      const [x, y] = arrays.slice(2 * i);
      series.x.push(...x);
      series.y.push(...y);
      if (series.role !== "faint") series.said.push(...y.map((value) => plotlyText(this.shown(value))));
      if (series.x.length > 2 * KEPT[series.role]) thin(series, KEPT[series.role]);
    });
    this.plot.setAttribute("aria-label", [header.alt, this.earlierAlt, this.words.say("keys")].filter(Boolean).join(" "));
  }

  /** A value in words: a share of the axis's per cent, or a loss. */
  shown(y) {
    return this.head.percent ? this.words.percent(y == null ? y : y / 100) : this.words.loss(y);
  }

  entitle() {
    if (!this.head) return;
    this.title.textContent = this.isBroken ? this.words.say("broken") : this.head.title;
    this.table.ariaLabel = this.head.title;
  }

  refresh() {
    this.schedule();
  }

  repaint() {
    this.draw();
  }

  /** Draw with the next frame; after a drawing that took long, after as long a rest as leaves the page alive. */
  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      const began = performance.now(), rest = this.restUntil - began;
      if (rest > 0) {
        this.frame = setTimeout(() => {
          this.frame = null;
          this.schedule();
        }, rest);
        return;
      }
      this.frame = null;
      this.draw();
      this.restUntil = performance.now() + REST * (performance.now() - began);
    });
  }

  /** Have the curves' numbers in place of the curves, or the curves again. */
  showTable(isShown) {
    this.table.hidden = !isShown;
    this.tableButton.ariaPressed = String(isShown);
    for (const part of [this.plot, this.labels]) part.style.visibility = isShown ? "hidden" : "";
    this.schedule();
  }

  draw() {
    if (!this.table.hidden && this.head) {
      const rows = rowsOf(this.series);
      this.note.textContent = "";
      this.table.replaceChildren(tableOf(this.series, rows, this.head.xTitle, this.words, (y) => this.shown(y)));
      return;
    }
    const { clientWidth: width, clientHeight: height } = this.plot;
    if (!window.Plotly || !this.head || !width || !height || this.dragging) return;
    const theme = themeOf(this.root);
    const layout = this.layout(theme, width, height);
    const traces = this.series.map((series) => trace(series, theme));
    Plotly.react(this.plot, traces, layout, { ...CONFIG, staticPlot: false });
    if (!this.wired) {
      this.wired = true;
      this.plot.on("plotly_relayout", (change) => this.onZoom(change));
    }
    this.label(theme, layout);
    if (this.pointer) Plotly.Fx.hover(this.plot, this.pointer);
  }

  layout(theme, width, height) {
    const narrow = width < 520, l = 46, r = this.room(theme), middle = (l + width - r) / 2;
    const xTitle = wrapped(this.head.xTitle, this.pen, 2 * Math.min(middle, width - middle) - 4);
    const axis = {
      gridcolor: theme.grid, gridwidth: 1, zeroline: false, linecolor: theme.line, tickcolor: theme.line,
      ticks: "outside", ticklen: 4, tickfont: { size: 11, color: theme.muted }, automargin: false, fixedrange: false,
    };
    return {
      width, height, datarevision: this.number, separators: this.words.separators(),
      margin: { l, r, t: 6, b: 40 + 15 * (xTitle.length - 1) },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false,
      font: { family: theme.font, size: 12, color: theme.ink },
      hovermode: "x unified", hoverdistance: 40, dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      shapes: this.targetLine(theme),
      hoverlabel: { bgcolor: theme.paper, bordercolor: theme.line, font: { family: theme.font, size: 12, color: theme.ink } },
      xaxis: {
        ...axis, range: this.zoom?.x ?? [0, this.head.xEnd * MARGIN], showgrid: false, showline: true, nticks: Math.min(narrow ? 4 : 7, this.head.xEnd + 1), tickformat: ",d",
        hoverformat: ",.0f", showspikes: true, spikemode: "across", spikethickness: 1, spikecolor: theme.muted, spikedash: "solid",
        title: { text: xTitle.map(plotlyText).join("<br>"), font: { size: 12, color: theme.muted }, standoff: 6 },
      },
      yaxis: {
        ...axis, range: this.zoom?.y ?? this.yRange(), type: this.log ? "log" : "linear", nticks: 6,
        ...(this.head.percent ? this.words.percentAffixes() : {}), exponentformat: "power", minor: { ticks: "" },
        ...(this.log ? { tickvals: LOG_TICKS, ticktext: LOG_TICKS.map((value) => this.words.plain(value)) } : {}),
      },
    };
  }

  /** The value to compare with, as a level line over the whole width. */
  targetLine(theme) {
    if (!this.head.target) return [];
    const y = this.head.target[0];
    return [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, layer: "below", line: { color: theme.muted, width: 1.2, dash: "dash" } }];
  }

  /** Room on the right for the widest label that is likely to come, so that the plot keeps its width; it only grows. */
  room(theme) {
    const pen = (this.pen ??= document.createElement("canvas").getContext("2d"));
    pen.font = `600 12px ${theme.font}`;
    const usual = this.shown(this.head.percent ? 99.9 : 0.123);
    const texts = this.series.filter((s) => s.role !== "faint").flatMap(({ label, role, y }) =>
      role === "pale" ? [label] : [`${label} ${usual}`, `${label} ${this.shown(y.at(-1))}`]);
    if (this.head.target) texts.push(this.head.target[1]);
    this.taken = Math.max(this.taken, ...texts.map((text) => pen.measureText(text).width));
    return Math.min(150, this.taken + 16);
  }

  /** The range that holds the lines, and all but the wildest mini-batches. */
  yRange() {
    const firm = this.series.filter((s) => s.role !== "faint").flatMap((s) => s.y).filter(Number.isFinite);
    const faint = this.series.filter((s) => s.role === "faint").flatMap((s) => s.y).filter(Number.isFinite);
    faint.sort((a, b) => a - b);
    const at = (share) => faint[Math.min(faint.length - 1, Math.floor(share * faint.length))];
    const values = faint.length ? firm.concat(at(0.01), at(0.99)) : firm;
    if (this.head.target) values.push(this.head.target[0]);
    if (this.head.percent) return [values.length ? Math.max(0, 10 * Math.floor((Math.min(...values) - 4) / 10)) : 0, 101];
    const top = values.length ? Math.max(...values) : 2.4;
    if (!this.log) return [0, niceTop(top * 1.04)];
    const positive = values.filter((v) => v > 0);
    const low = positive.length ? Math.min(...positive) : 0.1;
    return [Math.log10(low / 1.15), Math.log10(Math.max(top, low * 2) * 1.15)];
  }

  /** Write each line's name and last value beside its end, pushed apart where they would touch. */
  label(theme, layout) {
    const { l, r, t, b } = layout.margin, width = layout.width - l - r, height = layout.height - t - b;
    const now = this.plot.layout, xs = now.xaxis.range, ys = now.yaxis.range;
    const head = Math.max(...this.series.filter((s) => s.role !== "pale").map((s) => s.x.at(-1) ?? 0));
    const ends = [];
    for (const series of this.series) {
      const y = series.y.at(-1);
      if (series.role === "faint" || y == null || (this.log && y <= 0)) continue;
      const left = ((series.role === "pale" ? series.x.at(-1) : head) - xs[0]) / (xs[1] - xs[0]);
      const top = 1 - ((this.log ? Math.log10(y) : y) - ys[0]) / (ys[1] - ys[0]);
      if (left >= 0 && left <= 1.001 && top > -0.01 && top < 1.01) ends.push({ series, y, left: left * width, top: top * height });
    }
    if (this.head.target) {
      const [y, text] = this.head.target, top = 1 - (y - ys[0]) / (ys[1] - ys[0]);
      const series = { label: text, role: "pale", colours: [theme.muted, theme.muted] };
      if (top > -0.01 && top < 1.01) ends.push({ series, y, left: width, top: top * height });
    }
    spread(ends, height);
    this.labels.replaceChildren(...ends.map(({ series, y, left, place }) => {
      const pale = series.role === "pale";
      const label = make("span", { textContent: series.label }, ...(pale ? [] : [" ", make("b", { textContent: this.shown(y) })]));
      label.style.cssText = `left:${l + left + 8}px;top:${t + place}px;color:${series.inks[+theme.dark]}`;
      return label;
    }));
    const isBare = !this.series.some((s) => s.x.length); // an earlier run's curve leaves the note no room
    this.note.textContent = isBare ? this.head.empty : "";
  }

  setLog(log) {
    this.log = log;
    if (this.zoom) this.zoom = { x: this.zoom.x };
    this.logButton.ariaPressed = String(log);
    this.schedule();
  }

  /** Keep what the viewer zoomed to; every later drawing uses it. */
  onZoom(change) {
    if (!Object.keys(change).some((name) => name.includes("range"))) return;
    const { xaxis, yaxis } = this.plot.layout;
    this.zoomTo({ x: [...xaxis.range], y: [...yaxis.range] });
  }

  zoomTo(zoom) {
    this.zoom = zoom;
    this.resetButton.hidden = !zoom;
    this.schedule();
  }

  onKey(event) {
    if (!window.Plotly || !this.head || event.ctrlKey || event.metaKey || event.altKey) return;
    const [start, end] = this.plot.layout.xaxis.range, span = end - start;
    const moves = {
      ArrowLeft: [start - span / 8, end - span / 8], ArrowRight: [start + span / 8, end + span / 8],
      "+": [start + span / 5, end - span / 5], "=": [start + span / 5, end - span / 5], "-": [start - span / 3, end + span / 3],
    };
    if (event.key === "0" || event.key === "Escape") this.zoomTo(null);
    else if (moves[event.key]) {
      const last = this.head.xEnd * MARGIN, [low, high] = moves[event.key];
      const x = [Math.max(0, Math.min(low, last - 2)), Math.min(last, Math.max(high, low + 2))];
      this.zoomTo({ ...this.zoom, x });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    super.destroy();
    this.sizes.disconnect();
    removeEventListener("pointerup", this.release);
    removeEventListener("pointercancel", this.release);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.frame);
    if (window.Plotly) Plotly.purge(this.plot);
    this.root.remove();
  }
}

/** Give each label a place at least 15 px from the next, as near to its line's end as that allows. */
function spread(ends, height, gap = 15) {
  ends.sort((a, b) => a.top - b.top);
  let last = -Infinity;
  for (const end of ends) last = end.place = Math.max(end.top, last + gap);
  let floor = height + 4;
  for (const end of [...ends].reverse()) {
    end.place = Math.min(end.place, floor);
    floor = end.place - gap;
  }
}

const LOG_TICKS = [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((p) => [1, 2, 5].map((m) => Number(`${m}e${p}`)));

function niceTop(value) {
  const step = 10 ** Math.floor(Math.log10(value)) / 4;
  return Math.ceil(value / step) * step;
}

/** A text that Plotly shows letter by letter, as core/i18n/literal_text.py makes them for other figures. */
function plotlyText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("$", "&#36;");
}

function trace(series, theme) {
  const colour = series.colours[+theme.dark];
  const base = { type: "scatter", x: series.x, y: series.y, customdata: series.said, name: plotlyText(series.label), line: { color: colour, simplify: true } };
  const hovertemplate = "%{fullData.name} %{customdata}<extra></extra>";
  if (series.role === "faint") {
    return { ...base, mode: "lines", line: { color: colour, width: 0.7 }, opacity: theme.dark ? 0.34 : 0.28, hoverinfo: "skip" };
  }
  if (series.role === "points") {
    const marker = { size: series.x.length > 60 ? 4 : 6.5, color: theme.paper, line: { color: colour, width: 1.6 } };
    return { ...base, mode: "lines+markers", line: { color: colour, width: 1.2, dash: "dot" }, marker, hovertemplate };
  }
  if (series.role === "pale") {
    return { ...base, mode: "lines", line: { color: colour, width: 1.4 }, opacity: 0.55, hovertemplate };
  }
  return { ...base, mode: "lines", line: { color: colour, width: 2.2 }, hovertemplate };
}

/** Keep the lowest and the highest point of each stretch, and the last point, at most `limit` in all. */
function thin(series, limit) {
  const { x, y, said } = series, count = x.length - 1;
  const size = Math.ceil(count / Math.floor((limit - 1) / 2));
  const kept = [];
  for (let start = 0; start < count; start += size) {
    let low = start, high = start;
    for (let i = start; i < Math.min(start + size, count); i++) {
      if (y[i] !== null && (y[low] === null || y[i] < y[low])) low = i;
      if (y[i] !== null && (y[high] === null || y[i] > y[high])) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(count);
  series.x = kept.map((i) => x[i]);
  series.y = kept.map((i) => y[i]);
  if (said.length) series.said = kept.map((i) => said[i]);
}
