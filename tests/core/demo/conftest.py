"""A show on a few images, trained as fast as it goes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from core.datasets import ImageData
from core.demo.screen import DemoScreen
from core.demo.show import Show
from tests.polling import until


@dataclass(frozen=True)
class FewImages(DemoScreen):
    """A screen that learns from plain MNIST, in no time."""

    seconds: float = field(default=0.3, compare=False)

    @property
    def lasts_s(self) -> float:
        return self.seconds


def few(data: ImageData) -> ImageData:
    """Return the first 3,000 training and 500 test images."""
    return replace(
        data,
        train_images=np.ascontiguousarray(data.train_images[:3000]),
        train_labels=data.train_labels[:3000],
        test_images=np.ascontiguousarray(data.test_images[:500]),
        test_labels=data.test_labels[:500],
    )


@pytest.fixture
def show_with() -> Callable[..., Show]:
    def made(load: Callable[[str], ImageData], *, seconds: float = 0.3, is_ending: bool = False) -> Show:
        screen = FewImages("fashion_mnist", seconds=seconds)

        def start(work: Callable[[], None]) -> None:
            threading.Thread(target=work, daemon=True).start()

        return Show(screen, load, start, lambda: is_ending)

    return made


@pytest.fixture
def show(show_with: Callable[..., Show], fashion: ImageData) -> Show:
    images = few(fashion)
    return show_with(lambda _name: images)


def learned(show: Show) -> str:
    """Begin, wait for the end, and return the run's name."""
    run = show.begin()
    until(lambda: run.is_over, "the run to be over")
    return run.name
