"""A show: one run from noise that all screens of a kind watch together, again whenever one of them begins anew.

It is trained by a thread of the server itself and is in no store: of a demo nothing is kept. PyTorch is imported once
something is learned or asked, since the server knows of shows before it has it.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from core.config.app_settings import SettingsError
from core.datasets import ImageData
from core.demo.screen import DemoScreen
from core.errors import InklingError
from core.i18n.translation import _
from core.models.softmax_regression import linear_logits
from core.protocol.controls import RunCommands
from core.protocol.events import Event, Finished, Started, Steps, Weights

if TYPE_CHECKING:
    from core.prediction.predictor import Predictor

MOST_RUNS: Final = 100  # whose models are still there, 31 kB each: some draw for long while others begin anew
_SERVER: Final = token_hex(4)  # another after each start of the server
_numbers: Final = itertools.count(1)

Arrays = Mapping[str, NDArray[np.float32]]


class ShowOverError(LookupError):
    """A run's model is no longer there: the server has been started anew, or others have begun since."""


@dataclass
class ShowRun:
    """A run as it stands. points: (seconds since its begin, share of test images that are read right 0..1)."""

    name: str = field(default_factory=lambda: f"{_SERVER}-{next(_numbers)}")
    began_at: float = field(default_factory=time.monotonic)
    step: int = 0
    train_count: int = 0  # images
    seen: int = 0  # images, again and again
    arrays: Arrays = field(default_factory=dict)
    points: list[tuple[float, float]] = field(default_factory=list)
    is_over: bool = False
    trouble: str = ""  # why nothing is learned


class Show:
    """load: returns a dataset's images by its name, may raise InklingError and SettingsError; start: has a function
    done beside; is_ending: whether the server ends.
    """

    def __init__(
        self,
        screen: DemoScreen,
        load: Callable[[str], ImageData],
        start: Callable[[Callable[[], None]], object],
        is_ending: Callable[[], bool],
    ) -> None:
        self.screen = screen
        self._load, self._start, self._is_ending = load, start, is_ending
        self._runs: dict[str, ShowRun] = {}
        self._lock = threading.Lock()

    @property
    def run(self) -> ShowRun | None:
        """The run that trains, or trained last; None before the first."""
        with self._lock:
            return next(reversed(self._runs.values()), None)

    def begin(self) -> ShowRun:
        """Return the run that trains; it is a new one unless another screen's is under way."""
        with self._lock:
            last = next(reversed(self._runs.values()), None)
            if last is not None and not last.is_over:
                return last
            run = ShowRun()
            self._runs[run.name] = run
            while len(self._runs) > MOST_RUNS:
                del self._runs[next(iter(self._runs))]
        self._start(lambda: self._learn(run))
        return run

    def data(self) -> ImageData:
        """Return the images that are learned.  Raises: DatasetError."""
        return self._load(self.screen.dataset)

    def predictor(self, name: str) -> "Predictor":
        """Return the newest model of a run.  Raises: ShowOverError."""
        from core.prediction.predictor import build_predictor

        with self._lock:
            run = self._runs.get(name)
        if run is None or not run.arrays:
            raise ShowOverError(name)
        return build_predictor(self.screen.config, self.screen.spec, run.arrays)

    def poll(self) -> RunCommands:
        """Return the orders of the run that trains: go on, in the time that the screen gives it."""
        command = "stop" if self._is_ending() else "run"
        return RunCommands(command, pace=f"film:{self.screen.lasts_s:g}")

    def _learn(self, run: ShowRun) -> None:
        from core.training.deskew_cache import deskew_cached
        from core.training.loop import train

        config = self.screen.config
        try:
            data = self.data()
            extra = self._load(config.mix_in) if config.mix_in else None
            tests = deskew_cached(data.test_images) if config.deskew else data.test_images
            for event in train(data, config, self, extra=extra):
                self._take(run, event, tests, data.test_labels)
        except (InklingError, SettingsError) as error:  # such as no images
            run.trouble = str(error)
        except Exception:  # a screen that nobody watches over is not to stand at noise without a word
            logging.getLogger(__name__).exception("A demo screen's training failed.")  # not said: log
            run.trouble = _("The training has failed; the server's log says why. It is tried again soon.")
        finally:
            run.is_over = True

    def _take(self, run: ShowRun, event: Event, tests: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        match event:
            case Started():  # the images may have taken seconds to prepare
                run.began_at = time.monotonic()
                run.train_count = event.train_count
            case Steps():
                run.step = event.last_step
                run.seen = event.last_step * self.screen.config.batch_size
            case Weights():
                weight, bias = event.arrays["linear.weight"], event.arrays["linear.bias"]
                share = float((linear_logits(weight, bias, tests).argmax(1) == labels).mean())
                run.points.append((time.monotonic() - run.began_at, share))
                run.arrays = event.arrays
            case Finished():
                run.step = event.step
