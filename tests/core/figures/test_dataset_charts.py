"""Charts of a dataset say their counts, also where a logarithmic axis cannot show them."""

import numpy as np

from core.datasets import CATALOG
from core.figures.dataset_charts import class_counts_figure, pixel_levels_figure


def test_splits_are_told_apart_in_words() -> None:
    counts = {"train": np.arange(10), "validation": np.arange(10), "test": np.arange(10)}
    figure = class_counts_figure(counts, CATALOG["mnist"], "light")
    assert [bar.name for bar in figure.data] == ["training images", "validation images", "test images"]


def test_a_level_that_does_not_occur_is_said_to_occur_at_no_pixel() -> None:
    (line,) = pixel_levels_figure([np.arange(3)], np.array([[5, 0, 1_200]]), "light", "level").data
    assert list(line.customdata) == [5, 0, 1_200]
    assert line.hovertemplate == "%{x:.3g}, number of pixels: %{customdata:,}<extra></extra>"
