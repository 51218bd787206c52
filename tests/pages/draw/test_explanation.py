"""The sum behind an answer, as a table."""

from types import SimpleNamespace

import numpy as np

from core.insight.evidence import arithmetic
from pages.draw import explanation


def test_names_of_classes_stand_in_it_as_people_wrote_them() -> None:
    sums = arithmetic(np.eye(2), np.zeros(2), np.array([1.0, 0.5]))
    model = SimpleNamespace(spec=SimpleNamespace(class_names=("<i>cat</i>", "R&B")))
    table = explanation._sums(model, sums)  # type: ignore[arg-type]
    assert "<i>" not in table
    assert "&lt;i&gt;cat&lt;/i&gt;" in table
    assert "R&amp;B" in table
