"""One run for all screens that see it: begun by any, its model there afterwards, and nothing kept."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.config.app_settings import SettingsError
from core.datasets import DatasetError, ImageData
from core.demo import show as shows
from core.demo.show import MOST_RUNS, Show, ShowOverError
from core.training import loop
from core.training.data import training_data
from tests.core.demo.conftest import few, learned


def test_it_learns_from_noise_and_says_how_well_it_reads(show: Show, fashion: ImageData) -> None:
    assert show.run is None
    name = learned(show)
    run = show.run
    assert run is not None
    assert run.name == name
    assert run.seen == 3000
    first, last = run.points[0][1], run.points[-1][1]
    assert first < 0.3 < 0.6 < last
    images = few(fashion)
    right = (
        show.predictor(name).logits(images.test_images).argmax(1) == images.test_labels
    )  # torch's own forward
    assert last == pytest.approx(right.mean())
    seconds = [at for at, _share in run.points]
    assert seconds == sorted(seconds)


def test_the_clock_starts_with_the_first_step_and_not_while_images_are_prepared(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = []

    def prepare(*args: Any) -> Any:
        data = training_data(*args)
        prepared.append(time.monotonic())
        return data

    monkeypatch.setattr(loop, "training_data", prepare)
    learned(show)
    assert show.run is not None
    assert show.run.began_at >= prepared[0]


def test_who_begins_while_a_run_is_under_way_watches_that_one(
    show_with: Callable[..., Show], fashion: ImageData
) -> None:
    images = few(fashion)
    show = show_with(lambda _name: images, seconds=3600, is_ending=False)
    first = show.begin()
    assert not first.is_over
    assert show.begin() is first
    show._is_ending = lambda: True  # the server ends: so does the run
    learned(show)
    assert first.is_over
    assert show.begin() is not first


def test_who_draws_for_long_keeps_the_run_that_others_have_begun_after(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_RUNS * 10 >= 900  # seconds of runs at the fastest pace, one upon the other
    monkeypatch.setattr(shows, "MOST_RUNS", 3)
    first = learned(show)
    weights = show.predictor(first).arrays
    for _ in range(2):
        learned(show)
    assert np.array_equal(show.predictor(first).arrays["linear.weight"], weights["linear.weight"])
    learned(show)
    with pytest.raises(ShowOverError):
        show.predictor(first)
    with pytest.raises(ShowOverError):
        show.predictor("nobody's")


def test_images_that_are_not_to_be_had_are_said_and_tried_again(
    show_with: Callable[..., Show], fashion: ImageData
) -> None:
    failing = True

    def load(_name: str) -> ImageData:
        if failing:
            raise DatasetError("No images.", "Bring some.")
        return few(fashion)

    show = show_with(load)
    learned(show)
    run = show.run
    assert run is not None
    assert run.trouble == "No images. Bring some."
    with pytest.raises(ShowOverError):
        show.predictor(run.name)
    failing = False
    assert show.predictor(learned(show))


def test_refused_settings_are_said(show_with: Callable[..., Show]) -> None:
    def load(_name: str) -> ImageData:
        raise SettingsError(["INKLING_X must be a number."])

    show = show_with(load)
    learned(show)
    assert show.run is not None
    assert show.run.trouble == "INKLING_X must be a number."


def test_what_nobody_foresaw_is_said_and_in_the_log(
    show_with: Callable[..., Show], caplog: pytest.LogCaptureFixture
) -> None:
    def load(_name: str) -> ImageData:
        raise MemoryError

    show = show_with(load)
    learned(show)
    assert show.run is not None
    assert show.run.trouble.startswith("The training has failed")
    assert "MemoryError" in caplog.text
