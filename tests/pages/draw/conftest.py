"""A canvas without a browser."""

import pytest

from pages.draw import canvas, model_choice
from tests.pages.draw.drawing import Canvas, detector_made_once


@pytest.fixture
def pad(monkeypatch: pytest.MonkeyPatch) -> Canvas:
    """Return what stands for the canvas of the pages that this test runs."""
    drawn = Canvas()
    monkeypatch.setattr(model_choice, "detector_of", detector_made_once)
    monkeypatch.setattr(canvas, "_surface", drawn.show)
    return drawn
