"""The sum behind an answer, as a table."""

import re
from decimal import Decimal
from types import SimpleNamespace

import numpy as np

from core.insight.evidence import arithmetic
from pages.draw import explanation


def test_its_parts_add_up_as_they_are_written() -> None:
    rng = np.random.default_rng(4)
    model = SimpleNamespace(spec=SimpleNamespace(class_names=tuple("0123456789")))
    for _ in range(40):
        sums = arithmetic(rng.normal(size=(10, 5)), rng.normal(size=10), rng.random(5))
        table = explanation._sums(model, sums)  # type: ignore[arg-type]
        rows = re.findall(r"<td>([^<]*)</td><td>([^<]*)</td><td><b>([^<]*)</b></td>", table)
        assert len(rows) == 2
        for pixels, bias, logit in (map(Decimal, (text.replace("−", "-") for text in row)) for row in rows):
            assert pixels + bias == logit


def test_names_of_classes_stand_in_it_as_people_wrote_them() -> None:
    sums = arithmetic(np.eye(2), np.zeros(2), np.array([1.0, 0.5]))
    model = SimpleNamespace(spec=SimpleNamespace(class_names=("<i>cat</i>", "R&B")))
    table = explanation._sums(model, sums)  # type: ignore[arg-type]
    assert "<i>" not in table
    assert "&lt;i&gt;cat&lt;/i&gt;" in table
    assert "R&amp;B" in table
