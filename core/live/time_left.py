"""How long a run will still take, from what it has said, and in words."""

import math
from collections.abc import Iterable
from typing import Final

from core.i18n.translation import _, ngettext
from core.live.workload import ALONE, Workload
from core.protocol.controls import time_left_s
from core.protocol.events import Event, Started, Steps
from core.runs import RunRow

LEAST_TIMED_S: Final = 1.0  # of training, from which the time of a step is told


class StepTime:
    """The training time of a step, evaluations between steps and all, averaged since the run was last begun.

    The first chunk is not counted: it makes ready what the others find made. The average is of everything since, for
    a time left that falls steadily rather than with every breath of the machine.
    """

    def __init__(self) -> None:
        self._first: Steps | None = None
        self._last: Steps | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take in events in their order; those that tell of no steps are passed over."""
        for event in events:
            if isinstance(event, Started):
                self._first = self._last = None
            elif isinstance(event, Steps):
                self._first, self._last = self._first or event, event

    @property
    def seconds(self) -> float | None:
        """The training time of a step; None while too little has been timed to tell."""
        if self._first is None or self._last is None:
            return None
        timed_s = self._last.elapsed_s - self._first.elapsed_s
        return timed_s / (self._last.last_step - self._first.last_step) if timed_s >= LEAST_TIMED_S else None


def time_left(run: RunRow, step_s: float | None, workload: Workload = ALONE) -> float | None:
    """Return how many seconds a run will still be under way; None while that is unknown.

    step_s: the training time of a step. While that is unknown, the run's pace and others' speeds tell, if they can.
    """
    if run.status != "running" or not run.total_steps:
        return None
    shared_s = workload.left_s(run.id) or 0.0
    if step_s is None and run.pace == "full":
        return shared_s or None
    return max(shared_s, time_left_s(run.pace, run.step, run.total_steps, step_s or 0.0))


def wait_text(seconds: float) -> str:
    """Return in words, which stay as they are for a while, when a run begins: "It starts in about 20 s."."""
    if seconds < 57.5:
        return _("It starts in about {n} s.", n=max(5, 5 * math.ceil(seconds / 5 - 0.5)))
    return _("It starts in about {n} min.", n=max(1, round(seconds / 60)))


def time_left_text(seconds: float) -> str:
    """Return a time left in words that stay as they are for a while: "about 20 min left"."""
    if seconds < 17.5:
        return _("about {n} s left", n=max(5, 5 * math.ceil(seconds / 5 - 0.5)))
    if seconds < 55:
        return _("less than a minute left")
    if seconds < 3570:
        return _("about {n} min left", n=round(seconds / 60))
    hours = round(seconds / 3600)
    return ngettext("about {n} hour left", "about {n} hours left", hours)
