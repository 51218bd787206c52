"""From events to the curves of a run: smoothing, decimation, and what the loss and accuracy charts say."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.events import Evaluated, Event, Started, Steps
from core.figures.palette import LOOKS, series_colour

KEPT_POINTS: Final = 40_000  # per trace in memory; beyond it a trace is thinned to half
DEFAULT_SMOOTHING: Final = 0.98

Role = Literal["faint", "line", "points", "pale"]


@dataclass(frozen=True)
class Series:
    """One trace of a live chart. x and y only ever grow at the end while the chart's signature stays.

    role: "faint" (every mini-batch), "line" (smoothed), "points" (evaluations), "pale" (an earlier run).
    """

    key: str
    label: str
    role: Role
    colours: tuple[str, str]  # on light paper, on dark paper
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Chart:
    """What a live chart shows. A change of `signature` sends everything anew; new points alone do not."""

    run: str
    title: str
    x_title: str
    x_end: float
    percent: bool  # y in per cent with one decimal, else three decimals
    series: tuple[Series, ...]
    alt: str
    empty: str = "The curve begins with the first step."
    revision: int = 0

    @property
    def signature(self) -> tuple[object, ...]:
        names = tuple((s.key, s.label, s.role, s.colours) for s in self.series)
        return self.run, self.title, self.x_title, self.x_end, self.percent, self.revision, names


class Trace:
    """Points of one curve, appended in order, thinned to half when they pass `limit`."""

    def __init__(self, limit: int = KEPT_POINTS) -> None:
        self._x, self._y = np.empty(1024), np.empty(1024)
        self._count, self._limit = 0, limit
        self.thinned = 0  # how often old points were thinned or dropped: what was sent before is stale

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> np.ndarray:
        return self._x[: self._count]

    @property
    def y(self) -> np.ndarray:
        return self._y[: self._count]

    def extend(self, x: np.ndarray, y: np.ndarray) -> None:
        """Append points; x must rise. Points at or after x[0] that were there before are replaced."""
        if len(x) == 0:
            return
        keep = int(np.searchsorted(self.x, x[0]))
        if keep < self._count:  # a resumed run repeats the steps after its checkpoint
            self._count, self.thinned = keep, self.thinned + 1
        self._reserve(self._count + len(x))
        self._x[self._count : self._count + len(x)] = x
        self._y[self._count : self._count + len(x)] = y
        self._count += len(x)
        if self._count > self._limit:
            self._replace(*decimate(self.x, self.y, self._limit // 2))

    def _replace(self, x: np.ndarray, y: np.ndarray) -> None:
        self._x[: len(x)], self._y[: len(x)] = x, y
        self._count, self.thinned = len(x), self.thinned + 1

    def _reserve(self, count: int) -> None:
        if count > len(self._x):
            size = max(count, 2 * len(self._x))
            self._x = np.concatenate([self.x, np.empty(size - self._count)])
            self._y = np.concatenate([self.y, np.empty(size - self._count)])


class Curves:
    """The curves of one run so far. Feed it the run's events in order; ask it for charts."""

    def __init__(self, run: str, smoothing: float = DEFAULT_SMOOTHING) -> None:
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing must be in [0, 1), got {smoothing}")
        self.run = run
        self.total_steps = 0
        self.steps_per_epoch = 0
        self.evaluation_split = "test"
        self._smoothing = smoothing
        self.raw = {"loss": Trace(), "accuracy": Trace()}
        self.smooth = {"loss": Trace(), "accuracy": Trace()}
        self.evaluations: dict[tuple[str, str], Trace] = {}  # (split, quantity)
        self._average = {"loss": Average(smoothing), "accuracy": Average(smoothing)}

    @property
    def last_step(self) -> int:
        x = self.raw["loss"].x
        return int(x[-1]) if len(x) else 0

    def add(self, events: Iterable[Event]) -> None:
        """Take in events; those that carry no curve are passed over."""
        for event in events:
            if isinstance(event, Started):
                self.total_steps, self.steps_per_epoch = event.total_steps, event.steps_per_epoch
                self.evaluation_split = event.evaluation_split
            elif isinstance(event, Steps) and len(event.losses):
                steps = np.arange(event.first_step, event.last_step + 1, dtype=np.float64)
                self._add_steps("loss", steps, event.losses)
                self._add_steps("accuracy", steps, event.accuracies)
            elif isinstance(event, Evaluated):
                for quantity, value in (("loss", event.loss), ("accuracy", event.accuracy)):
                    trace = self.evaluations.setdefault((event.split, quantity), Trace())
                    trace.extend(np.array([float(event.step)]), np.array([value]))

    def _add_steps(self, quantity: str, steps: np.ndarray, values: np.ndarray) -> None:
        self.raw[quantity].extend(steps, values)
        self.smooth[quantity].extend(steps, self._average[quantity].update(values))

    def loss_chart(self, earlier: Sequence["Curves"] = (), names: Sequence[str] = ()) -> Chart:
        """Return the loss chart; `earlier` runs lie pale beneath, each under its name."""
        return self._chart("loss", "Loss (cross-entropy, nats; lower is better)", earlier, names)

    def accuracy_chart(self, earlier: Sequence["Curves"] = (), names: Sequence[str] = ()) -> Chart:
        """Return the accuracy chart, in per cent; `earlier` runs lie pale beneath, each under its name."""
        return self._chart("accuracy", "Accuracy (share of right answers, %)", earlier, names)

    def _chart(self, quantity: str, title: str, earlier: Sequence["Curves"], names: Sequence[str]) -> Chart:
        scale = 100.0 if quantity == "accuracy" else 1.0
        pale = [
            past.pale_series(quantity, i, name)
            for i, (past, name) in enumerate(zip(earlier, names, strict=True))
        ]
        raw, smooth = self.raw[quantity], self.smooth[quantity]
        train = LOOKS["light"].train, LOOKS["dark"].train
        series = [
            *pale,
            Series("batch", "mini-batch", "faint", train, raw.x, raw.y * scale),
            Series("train", "train", "line", train, smooth.x, smooth.y * scale),
        ]
        traces = [raw, smooth]
        for split, trace in sorted((s, t) for (s, q), t in self.evaluations.items() if q == quantity):
            colours = train if split == "train" else (LOOKS["light"].held_out, LOOKS["dark"].held_out)
            label = "train, whole" if split == "train" else split
            series.append(Series(split + "-eval", label, "points", colours, trace.x, trace.y * scale))
            traces.append(trace)
        per_epoch = self.steps_per_epoch
        ends = [self.total_steps, self.last_step, 1, *(max(c.total_steps, c.last_step) for c in earlier)]
        return Chart(
            run=self.run,
            title=title,
            x_title=f"Training step ({per_epoch:,} make an epoch)" if per_epoch else "Training step",
            x_end=float(max(ends)),
            percent=quantity == "accuracy",
            series=tuple(series),
            alt=self.sentence(quantity, len(pale)),
            revision=sum(trace.thinned for trace in traces),
        )

    def pale_series(self, quantity: str, index: int, name: str) -> Series:
        """Return this run as an earlier one: its evaluations, or its smoothed line if it has fewer than 3."""
        trace = self.evaluations.get((self.evaluation_split, quantity), Trace(8))
        if len(trace) < 3:
            trace = self.smooth[quantity]
        colours = series_colour(index, "light"), series_colour(index, "dark")
        y = trace.y * (100.0 if quantity == "accuracy" else 1.0)
        return Series(f"earlier-{self.run}", name, "pale", colours, trace.x, y)

    def sentence(self, quantity: str, earlier: int = 0) -> str:
        """Return in words what the chart of `quantity` says: the alternative text."""
        if not len(self.raw[quantity]):
            return f"{quantity.capitalize()} chart, waiting for the first training step."
        shown = _shown(quantity)
        first, last = self.smooth[quantity].y[0], self.smooth[quantity].y[-1]
        total = f" of {self.total_steps:,}" if self.total_steps else ""
        text = (
            f"{quantity.capitalize()} after {self.last_step:,}{total} training steps: "
            f"train {shown(last)} (it began at {shown(first)})"
        )
        for (split, q), trace in sorted(self.evaluations.items()):
            if q == quantity and split != "train" and len(trace):
                text += f", {split} {shown(trace.y[-1])} at step {int(trace.x[-1]):,}"
        return text + "." + (f" {earlier} earlier run{'s' * (earlier > 1)} beneath." if earlier else "")


class Average:
    """Moving average carried over chunks; its memory grows with the run until it reaches `smoothing`.

    The weight of the past is min(smoothing, (1 + t) / (10 + t)) after t values, as in TensorFlow's
    ExponentialMovingAverage with num_updates: no start-up bias, and no lag behind a steep beginning.
    """

    def __init__(self, smoothing: float) -> None:
        self._smoothing, self._count, self._value = smoothing, 0, float("nan")

    def update(self, values: np.ndarray) -> np.ndarray:
        """Return the average after each of `values`, float64 (n,). What is not finite is passed over."""
        out = np.empty(len(values))
        count, average = self._count, self._value
        for i, value in enumerate(np.asarray(values, np.float64).tolist()):
            if math.isfinite(value):
                past = min(self._smoothing, (1 + count) / (10 + count)) if count else 0.0
                average = value if count == 0 else past * average + (1 - past) * value
                count += 1
            out[i] = average
        self._count, self._value = count, average
        return out


def decimate(x: np.ndarray, y: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at most `limit` of the points, keeping in each stretch its lowest and its highest.

    The last point is always kept. `limit` >= 4. Values that are not finite lose against those that are.
    """
    if limit < 4:
        raise ValueError(f"limit must be >= 4, got {limit}")
    if len(x) <= limit:
        return x, y
    size = -(-(len(x) - 1) // ((limit - 1) // 2))  # points per stretch; the last point stands alone
    starts = np.arange(0, len(x) - 1, size)
    padded = np.full(len(starts) * size, np.nan)
    padded[: len(x) - 1] = y[:-1]
    stretches = padded.reshape(-1, size)
    lowest = starts + np.where(np.isnan(stretches), np.inf, stretches).argmin(axis=1)
    highest = starts + np.where(np.isnan(stretches), -np.inf, stretches).argmax(axis=1)
    chosen = np.unique(np.concatenate([lowest, highest, [len(x) - 1]]))
    return x[chosen], y[chosen]


def _shown(quantity: str) -> Callable[[float], str]:
    if quantity == "accuracy":
        return lambda value: f"{100 * value:.1f} %"
    return lambda value: f"{value:.3f}"
