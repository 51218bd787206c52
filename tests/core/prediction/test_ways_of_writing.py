"""The ready models read each named way of writing a digit, and a plain stroke as a 1."""

import numpy as np
import pytest

from benchmarks.styles import drawings, ready_model, right
from core.prediction.predict import Drawing, predict
from core.synthetic_digits import NAMED, paint

AT_LEAST = {"softmax-mnist": 0.85, "cnn-mnist": 0.95}


@pytest.mark.parametrize("name", AT_LEAST)
@pytest.mark.parametrize("way", NAMED)
def test_a_path_that_nothing_was_trained_on_is_read(way: str, name: str) -> None:
    model = ready_model(name)
    images = drawings(way, model, 60, is_known=False)
    assert right(model, images, NAMED[way][0]) >= AT_LEAST[name]


@pytest.mark.parametrize("name", AT_LEAST)
@pytest.mark.parametrize("pen_px", [4, 10, 20, 30])
def test_a_straight_stroke_of_four_fifths_of_the_height_is_a_1(name: str, pen_px: float) -> None:
    model = ready_model(name)
    for x in (60, 140, 220):
        for lean in (-30, 0, 30):
            stroke = np.array([[x + lean / 2, 28.0], [x - lean / 2, 252.0]])
            answer = predict(model, Drawing(paint([stroke], pen_px)))
            assert (answer.best, answer.kind) == (1, "sure"), (x, lean)
