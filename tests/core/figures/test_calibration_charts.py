"""What the charts of calibration say where the pointer is."""

import numpy as np

from core.figures.calibration_charts import reliability_figure, threshold_figure
from core.insight.calibration import reliability, threshold_curve


def logits_of(confidence: float, n: int) -> np.ndarray:
    """Return logits (n, 2) that are `confidence` sure of class 0."""
    return np.tile(np.log([confidence, 1 - confidence]), (n, 1))


def test_a_bar_says_its_confidence_its_accuracy_and_how_many_images_it_stands_for() -> None:
    labels = np.array([0] * 1_199 + [1] * 1 + [0])
    logits = np.concatenate([logits_of(0.99, 1_200), logits_of(0.6, 1)])
    (bar, _diagonal) = reliability_figure(reliability(logits, labels), "light").data
    assert list(bar.text) == [
        "60.0% sure, 100.0% right (1 image)",
        "99.0% sure, 99.9% right (1,200 images)",
    ]


def test_the_threshold_chart_says_less_than_all_as_less_than_all() -> None:
    labels = np.zeros(10_000, np.int64)
    labels[0] = 1
    figure = threshold_figure(threshold_curve(logits_of(0.9, 10_000), labels), 0.5, "light")
    answered, accuracy = figure.data
    assert (answered.name, accuracy.name) == ("images answered", "accuracy when it answers")
    assert (answered.customdata[50], accuracy.customdata[50]) == ("100.0%", "over 99.9%")
    assert (answered.customdata[100], accuracy.customdata[100]) == ("0.0%", "–")
    assert all("%{customdata}" in line.hovertemplate for line in figure.data)


def test_the_axes_of_the_reliability_diagram_are_in_per_cent() -> None:
    figure = reliability_figure(reliability(logits_of(0.9, 10), np.zeros(10, np.int64)), "dark")
    assert figure.layout.xaxis.ticksuffix == figure.layout.yaxis.ticksuffix == "%"
    assert "dotted: perfect calibration" in [note.text for note in figure.layout.annotations]
