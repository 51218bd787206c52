"""From events to the curves of a run, and what its loss and accuracy charts show and say."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from core.figures.downsampling import Trace
from core.figures.palette import PALETTES, series_colour
from core.i18n.translation import N_, Sentences, _, ngettext, pgettext
from core.protocol.events import Evaluated, Event, Started, Steps
from core.protocol.moving_average import SMOOTHING, Average

_identities: Final = itertools.count(1)

Role = Literal["faint", "line", "points", "pale"]

_SPLITS: Final = Sentences(
    {"train": N_("train, all images"), "test": N_("test"), "validation": N_("validation")}
)
# What a chart says in words, by its quantity: the value of a loss and of an accuracy are written differently.
_WAITING: Final = Sentences(
    {
        "loss": N_("Chart of the loss. It starts with the first training step."),
        "accuracy": N_("Chart of the accuracy. It starts with the first training step."),
    }
)
_SO_FAR: Final = {
    "loss": N_("Training loss after step {step}: {now:loss}, at first {first:loss}."),
    "accuracy": N_("Training accuracy after step {step}: {now:percent}, at first {first:percent}."),
}
_SO_FAR_OF: Final = {
    "loss": N_("Training loss after step {step} of {total}: {now:loss}, at first {first:loss}."),
    "accuracy": N_(
        "Training accuracy after step {step} of {total}: {now:percent}, at first {first:percent}."
    ),
}
_EVALUATED: Final = {
    ("test", "loss"): N_("Test loss at step {step}: {value:loss}."),
    ("test", "accuracy"): N_("Test accuracy at step {step}: {value:percent}."),
    ("validation", "loss"): N_("Validation loss at step {step}: {value:loss}."),
    ("validation", "accuracy"): N_("Validation accuracy at step {step}: {value:percent}."),
}


@dataclass(frozen=True)
class Series:
    """One trace of a live chart. x rises, and x and y only ever grow at the end while the chart's signature stays;
    old points may be thinned.

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
    earlier_alt: str = ""  # what the alternative text says of the earlier runs beneath
    empty: str | None = (
        None  # what stands there while there is no point; None: that the curve is still to come
    )
    target: tuple[float, str] | None = None  # a value to compare with, as a level line, and its name
    revision: tuple[int, int] = (0, 0)  # another source of the points, or points replaced by others

    @property
    def signature(self) -> tuple[object, ...]:
        names = tuple((s.key, s.label, s.role, s.colours) for s in self.series)
        return self.run, self.title, self.x_title, self.x_end, self.percent, self.target, self.revision, names


class Curves:
    """The curves of one run so far. Feed it the run's events in order; ask it for charts."""

    def __init__(self, run: str, smoothing: float = SMOOTHING) -> None:
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing must be in [0, 1), got {smoothing}")  # not said: for programmers
        self.run = run
        self._identity = next(_identities)
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
        x = self.raw["loss"].points[0]
        return int(x[-1]) if len(x) else 0

    def add(self, events: Iterable[Event]) -> None:
        """Take in events; those that carry no curve are passed over."""
        for event in events:
            if isinstance(event, Started):
                self.total_steps, self.steps_per_epoch = event.total_steps, event.steps_per_epoch
                self.evaluation_split = event.evaluation_split
                for quantity in ("loss", "accuracy"):  # so that its first point is no new series
                    self.evaluations.setdefault((event.evaluation_split, quantity), Trace())
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

    def loss_chart(
        self, earlier: Sequence["Curves"] = (), names: Sequence[str] = (), n_classes: int = 0
    ) -> Chart:
        """Return the loss chart; `earlier` runs lie pale beneath, each under its name.

        n_classes: if given, the title says the loss of a guess among them: ln K.
        """
        title = _("Loss (cross-entropy)")
        if n_classes > 1:
            guess = math.log(n_classes)
            title = _("Loss (cross-entropy; about {guess:number.1} is guessing)", guess=guess)
        return self._chart("loss", title, earlier, names)

    def accuracy_chart(
        self, earlier: Sequence["Curves"] = (), names: Sequence[str] = (), reported: float | None = None
    ) -> Chart:
        """Return the accuracy chart, in per cent; `earlier` runs lie pale beneath, each under its name.

        reported: what an article reports for these settings, 0..1: a level line.
        """
        chart = self._chart("accuracy", _("Accuracy (share of correct answers)"), earlier, names)
        if reported is None:
            return chart
        label = _("article {share:percent.0}", share=reported)
        alt = _("The article reports {share:percent.0}.", share=reported)
        return replace(chart, target=(100 * reported, label), alt=f"{chart.alt} {alt}")

    def _chart(self, quantity: str, title: str, earlier: Sequence["Curves"], names: Sequence[str]) -> Chart:
        scale = 100.0 if quantity == "accuracy" else 1.0
        pale = [
            past.pale_series(quantity, i, name)
            for i, (past, name) in enumerate(zip(earlier, names, strict=True))
        ]
        raw, smooth = self.raw[quantity], self.smooth[quantity]
        train = PALETTES["light"].train, PALETTES["dark"].train
        series = [
            *pale,
            _series("batch", _("batch"), "faint", train, raw, scale),
            _series("train", pgettext("curve", "train"), "line", train, smooth, scale),
        ]
        traces = [raw, smooth]
        for split, trace in sorted((s, t) for (s, q), t in self.evaluations.items() if q == quantity):
            colours = train if split == "train" else (PALETTES["light"].held_out, PALETTES["dark"].held_out)
            series.append(_series(split + "-eval", _SPLITS[split], "points", colours, trace, scale))
            traces.append(trace)
        ends = [self.total_steps, self.last_step, 1, *(max(c.total_steps, c.last_step) for c in earlier)]
        return Chart(
            run=self.run,
            title=title,
            x_title=_x_title(self.steps_per_epoch),
            x_end=float(max(ends)),
            percent=quantity == "accuracy",
            series=tuple(series),
            alt=self.sentence(quantity),
            earlier_alt=_earlier_sentence(len(pale)),
            revision=(self._identity, sum(trace.dropped for trace in traces)),
        )

    def pale_series(self, quantity: str, index: int, name: str) -> Series:
        """Return this run as an earlier one: its evaluations, or its smoothed line if it has fewer than 3."""
        trace = self.evaluations.get((self.evaluation_split, quantity), Trace(8))
        if len(trace) < 3:
            trace = self.smooth[quantity]
        colours = series_colour(index, "light"), series_colour(index, "dark")
        scale = 100.0 if quantity == "accuracy" else 1.0
        return _series(f"earlier-{self.run}", name, "pale", colours, trace, scale)

    def sentence(self, quantity: str) -> str:
        """Return in words what the chart of `quantity` says: the alternative text."""
        if not len(self.raw[quantity]):
            return _WAITING[quantity]
        smooth = self.smooth[quantity].points[1]
        so_far = _SO_FAR_OF if self.total_steps else _SO_FAR
        said = [
            _(
                so_far[quantity],
                step=self.last_step,
                total=self.total_steps,
                now=float(smooth[-1]),
                first=float(smooth[0]),
            )
        ]
        for (split, q), trace in sorted(self.evaluations.items()):
            if q == quantity and split != "train" and len(trace):
                x, y = trace.points
                said.append(_(_EVALUATED[split, q], step=int(x[-1]), value=float(y[-1])))
        return " ".join(said)


def _earlier_sentence(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "{n} earlier run is shown in a paler colour.", "{n} earlier runs are shown in paler colours.", count
    )


def _x_title(steps_per_epoch: int) -> str:
    if not steps_per_epoch:
        return _("Training step")
    return ngettext(
        "Training step ({n} makes one epoch: all its images once)",
        "Training step ({n} make one epoch: all its images once)",
        steps_per_epoch,
    )


def _series(key: str, label: str, role: Role, colours: tuple[str, str], trace: Trace, scale: float) -> Series:
    x, y = trace.points
    return Series(key, label, role, colours, x, y * scale)
