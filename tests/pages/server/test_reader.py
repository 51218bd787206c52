"""Whose clock the times of a page are told by."""

import pytest

from core.i18n.number_format import date_time
from core.i18n.reader import Reader, read_by
from pages.server.reader import _reader_in


def test_the_browser_names_the_zone() -> None:
    assert _reader_in("Asia/Tokyo") == Reader(time_zone="Asia/Tokyo")
    with read_by(_reader_in("Asia/Tokyo")):
        assert date_time(1_700_000_000) == "15 Nov 2023, 07:13"


@pytest.mark.parametrize(
    "told", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 5000]
)
def test_a_zone_that_is_none_is_no_zone(told: str) -> None:
    assert _reader_in(told) == Reader()
