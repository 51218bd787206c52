"""A recorded run that plays, ten steps at a time, for test_live_components.py: what its page draws and follows."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from core.figures.run_curves import Curves
from core.figures.weight_images import WeightImages
from core.live.messages import HtmlPatch
from core.live.news import Moment, Shown
from core.protocol.events import Evaluated, Started, Steps

RECORD: Final = np.load(Path(os.environ["INKLING_RECORD"]))
TOTAL: Final = len(RECORD["losses"])
EVERY_S: Final = 0.3
DIGITS: Final = [*"0123456789"]
HEAD: Final = '<b data-part="step"></b> <i data-part="bar" style="width:0"></i>'


@dataclass
class Playing:
    """One visitor's run; it goes on with the time, whoever looks."""

    began: float = field(default_factory=time.monotonic)
    curves: Curves = field(default_factory=lambda: Curves("recorded"))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.curves.add([Started(0, TOTAL, TOTAL // 2, 6000, "test", 10_000, 7850, "closed-form", 1)])

    def moment(self) -> Moment:
        """Return the run as it stands."""
        with self.lock:
            while self.curves.last_step < min(TOTAL, 10 * int((time.monotonic() - self.began) / EVERY_S)):
                self._advance()
            return Moment(shown(self.curves), {"page": "playing"})

    def _advance(self) -> None:
        first = self.curves.last_step + 1
        part = slice(first - 1, first + 9)
        self.curves.add([Steps(first, RECORD["losses"][part], RECORD["accuracies"][part], 0.1, 1.0, 1000.0)])
        if self.curves.last_step % 20 == 0:
            step = self.curves.last_step
            self.curves.add([Evaluated(step, "test", float(RECORD["losses"][step - 1]), 0.8)])


def shown(curves: Curves) -> dict[str, Shown]:
    """Return what the page's components show at this moment."""
    step = curves.last_step
    return {
        "head": HtmlPatch(HEAD, {"step": f"step {step}", "bar@style": f"width:{100 * step // TOTAL}%"}),
        "weights": WeightImages(RECORD["weights"][step], (1, 28, 28), DIGITS, step),
        "loss": curves.loss_chart(),
        "accuracy": curves.accuracy_chart(),
    }


PLAYED: Final[dict[str, Playing]] = {}  # the name of a topic -> its run
