"""Numbers on figures, as `percent` writes each of them alone, and as Babel's own data have them."""

import numpy as np
import pytest

from core.figures.number_texts import percent_affixes, percent_texts, separators
from core.i18n.number_format import percent
from core.i18n.reader import Reader, read_by


def test_every_share_is_written_as_it_would_be_alone() -> None:
    n = 10_000
    shares = np.arange(n + 1) / n
    assert percent_texts(shares) == [percent(float(share)) for share in shares]
    assert percent_texts([0.00004, 0.9996, float("nan")]) == ["under 0.1%", "over 99.9%", "–"]


@pytest.mark.parametrize(
    ("language", "affixes", "marks"),
    [("en", ("", "%"), ".,"), ("de", ("", "\xa0%"), ",."), ("tr", ("%", ""), ",."), ("hi", ("", "%"), ".,")],
)
def test_axes_are_written_as_the_readers_language_does(
    language: str, affixes: tuple[str, str], marks: str
) -> None:
    with read_by(Reader(language)):
        assert tuple(percent_affixes().values()) == affixes
        assert separators() == marks
