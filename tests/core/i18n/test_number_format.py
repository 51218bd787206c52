"""Each kind of number as it is shown, in English and, by Babel alone, in German."""

import json
import math
import random
from decimal import Decimal
from pathlib import Path

import pytest

from core.i18n import number_format
from core.i18n.number_format import (
    date,
    date_time,
    duration,
    file_size,
    listed,
    p_value,
    percent,
    points,
    rough_duration,
)
from core.i18n.reader import Reader, find_reader_with, read_by
from core.i18n.translation import _

TABLE = json.loads(Path(__file__).with_name("numbers_shown.json").read_text(encoding="utf-8"))
GERMAN = Reader("de", "Europe/Berlin")
MOMENT = 1_700_000_000  # 14 November 2023, 22:13:20 UTC


@pytest.mark.parametrize(("kind", "arguments", "english", "german"), TABLE, ids=lambda v: str(v))
def test_numbers_are_shown_as_the_table_says(kind, arguments, english, german):
    shown = getattr(number_format, kind)
    assert shown(*arguments) == english
    with read_by(GERMAN):
        assert shown(*arguments).replace("\xa0", " ") == german
    assert shown(*arguments) == english


def test_less_than_all_is_never_all_and_more_than_nothing_never_nothing():
    n = 10_000
    for right in (*range(60), *range(n - 60, n + 1)):
        for decimals in (0, 1, 2):
            text = percent(right / n, decimals)
            digits = float(text.replace("over", "").replace("under", "").rstrip("%"))
            assert (digits == 100) == (right == n)
            assert (digits == 0) == (right == 0)


def test_what_is_no_number_is_said():
    assert (percent(None), number_format.loss(None), duration(None)) == ("–", "–", "–")
    assert number_format.loss(float("nan")) == "not a number"
    assert (number_format.loss(float("inf")), number_format.signed(float("-inf"))) == ("∞", "−∞")
    assert number_format.signed(float("inf")) == "+∞"


def test_a_share_of_few_is_a_count():
    shown = [
        number_format.share_of(*of) for of in ((1, 1), (0, 3), (19, 19), (20, 20), (19, 20), (9999, 10_000))
    ]
    assert shown == ["1 of 1", "0 of 3", "19 of 19", "100.0%", "95.0%", "over 99.9%"]
    assert _("{found:share} and {rest:share.0}", found=(3, 4), rest=(41, 60)) == "3 of 4 and 68%"


@pytest.mark.parametrize("decimals", [2, 4])
def test_what_is_left_of_a_total_makes_the_sum_true_as_written(decimals):
    rng = random.Random(1)
    for _time in range(500):
        part, rest = rng.uniform(-20, 20), rng.uniform(-20, 20)
        left = number_format.rest_of(part + rest, part, decimals)
        assert abs(left - rest) <= 1.0001 * 10**-decimals
        texts = (number_format.signed(value, decimals) for value in (part, left, part + rest))
        first, second, total = (Decimal(text.replace("−", "-")) for text in texts)
        assert first + second == total
    assert number_format.rest_of(0.01, 0.005) == 0.0
    assert number_format.rest_of(math.inf, 1.0) == math.inf


def test_a_p_value_is_stated_as_the_field_does():
    assert (p_value(4e-123), p_value(0.032), p_value(0.2)) == ("p < 0.001", "p = 0.032", "p = 0.200")


def test_durations():
    shown = [duration(s) for s in (0, 0.004, 0.4, 2.41, 9.96, 59.7, 76, 120, 7500, 7200)]
    assert shown == [
        *(
            "0.0 s",
            "under 0.1 s",
            "0.4 s",
            "2.4 s",
            "10 s",
            "1 min",
            "1 min 16 s",
            "2 min",
            "2 h 5 min",
            "2 h",
        ),
    ]
    assert [rough_duration(s) for s in (42, 1230, 7300, 3e5)] == ["42 s", "21 min", "2 h", "3 d"]


def test_sizes_points_and_lists():
    assert [file_size(n) for n in (999, 5_000_000, 11_594_722)] == ["999 bytes", "5.0 MB", "12 MB"]
    assert (points(0.0041), points(-0.02)) == ("+0.4 points", "−2.0 points")
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("none", "a", "a, b and c")
    with read_by(GERMAN):
        assert listed(["a", "b", "c"]) == "a, b und c"


def test_times_are_the_readers_own_and_name_the_zone_where_it_is_not_known():
    assert (date(MOMENT), date_time(MOMENT)) == ("14 Nov 2023", "14 Nov 2023, 22:13 UTC")
    with read_by(Reader("en", "Asia/Tokyo")):
        assert (date(MOMENT), date_time(MOMENT)) == ("15 Nov 2023", "15 Nov 2023, 07:13")
    with read_by(GERMAN):
        assert date_time(MOMENT) == "14.11.2023, 23:13"


def test_who_reads_is_found_out_at_each_call():
    """Each rerun of a page is another thread: what was set in one is not there in the next."""
    try:
        find_reader_with(lambda: GERMAN)
        assert percent(0.5) == "50,0\xa0%"
        with read_by(Reader()):
            assert percent(0.5) == "50.0%"
    finally:
        find_reader_with(Reader)
    assert percent(0.5) == "50.0%"


def test_numbers_beyond_all_digits_are_powers_of_ten():
    assert number_format.number(1e15) == "1 × 10¹⁵"
    assert number_format.number(-3.5e30, 3) == "−3.5 × 10³⁰"
    assert number_format.signed(1e300) == "+1 × 10³⁰⁰"
    assert number_format.number(123_456_789_012_345.0) == "123,456,789,012,345"


@pytest.mark.parametrize(
    ("language", "large", "share", "less"),
    [
        ("de-CH", "1’234’567", "92.1%", "−0.50"),
        ("fr", "1\u202f234\u202f567", "92,1\xa0%", "−0,50"),
        ("ar", "1,234,567", "92.1\u200e%\u200e", "\u200e−0.50"),
        ("fa", "1,234,567", "92.1%", "\u200e−0.50"),
    ],
)
def test_signs_are_the_locales_own(language, large, share, less):
    with read_by(Reader(language)):
        shown = number_format.number(1_234_567), percent(0.921), number_format.signed(-0.5)
        assert shown == (large, share, less)


@pytest.mark.parametrize("moment", [1e18, -1e18, float("inf"), float("nan")])
def test_a_moment_of_no_year_is_a_dash(moment):
    assert (date(moment), date_time(moment)) == ("–", "–")
