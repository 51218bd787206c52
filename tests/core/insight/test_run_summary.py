"""The result of a run in words."""

import numpy as np
import pytest

from core.datasets import CATALOG
from core.insight.captions.run_summary import verdict


@pytest.mark.parametrize(("n", "few"), [(1, True), (19, True), (20, False)])
def test_of_few_test_images_a_run_is_given_no_percentages(n, few):
    labels = np.arange(n) % 10
    text = verdict(np.eye(10)[labels], labels, CATALOG["mnist"])
    assert ("too few to tell" in text) == few
    assert ("%" in text) != few
    assert (f"{n} of {n} image" if few else "100.0% of 20 images") in text
