"""What people type as a number: a comma is never silently something else than a point."""

import pytest

from core.i18n.number_parse import NumberRefused, parse_number, typed_number
from core.i18n.reader import Reader, read_by
from core.i18n.translation import _


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("0,001", 0.001), ("0.001", 0.001), ("1e-3", 0.001), ("1E-3", 0.001), ("1,5e-3", 0.0015)),
        *((" 0.1 ", 0.1), (".5", 0.5), (",5", 0.5), ("5.", 5.0), ("-2", -2.0), ("−2,5", -2.5), ("+3", 3.0)),
        *(
            ("1000", 1000.0),
            ("1000,5", 1000.5),
            ("1,0000", 1.0),
            ("0,125", 0.125),
            ("12,34", 12.34),
            ("1234.567", 1234.567),
        ),
    ],
)
def test_one_comma_or_point_is_the_decimal_mark(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *(
            ("1,000.5", "one decimal point"),
            ("1.000.000", "one decimal point"),
            ("0,1,2", "one decimal point"),
        ),
        *(
            ("", "such as"),
            ("abc", "such as"),
            ("1 000", "such as"),
            ("1_000", "such as"),
            ("nan", "such as"),
        ),
        *(("inf", "such as"), ("1e", "such as"), ("0x10", "such as"), ("5%", "such as"), (",", "such as")),
    ],
)
def test_what_reads_as_no_number_is_refused(text, says):
    with pytest.raises(NumberRefused) as caught:
        parse_number(text)
    refused = caught.value
    assert says in _(refused.sentence, field="L1", value=text)
    assert refused.readings == ()


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1,000", (1000.0, 1.0)), ("1.000", (1000.0, 1.0)), ("-12,345", (-12345.0, -12.345))],
)
def test_what_reads_in_two_ways_is_refused_with_both(text, readings):
    with pytest.raises(NumberRefused) as caught:
        parse_number(text)
    assert caught.value.readings == readings
    said = _(caught.value.sentence, field="L1", value=text, more="1000", less="1")
    assert said.startswith(f"L1 is ambiguous: “{text}”")


@pytest.mark.parametrize(
    "value", [0.0, 0.1, 1e-6, 5e-6, 0.001, 1.0, 1.125, 12.345, 100.0, 0.30000000000000004, 1e-10]
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_field_begins_with_is_read_back_exactly(value, language):
    with read_by(Reader(language)):
        text = typed_number(value)
        assert parse_number(text) == value
        assert "e" not in text
