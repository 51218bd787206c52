"""What training on one's own drawings did, in words."""

import pytest

from pages.draw.fine_tuning import accuracy_change_in_markdown


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.972, 0.952, "Test accuracy fell by 2.0 percentage points."),
        (0.952, 0.957, "Test accuracy rose by 0.5 percentage points."),
        (0.9521, 0.9523, "Test accuracy did not change."),
        (0.9523, 0.9523, "Test accuracy did not change."),
    ],
)
def test_the_test_accuracy_fell_rose_or_did_not_change(before: float, after: float, said: str) -> None:
    assert accuracy_change_in_markdown(after - before) == said
