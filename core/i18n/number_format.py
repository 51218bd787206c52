"""Numbers, durations and dates as people read them, in the reader's language: one function for each kind.

Babel and the time zones are imported where something is written, so that what only might say a sentence costs nothing.
"""

import datetime
import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from core.i18n.catalogue import gettext, ngettext
from core.i18n.reader import locale, reader

if TYPE_CHECKING:
    from babel.core import Locale
    from babel.numbers import NumberPattern

FEWEST_FOR_PERCENT: Final = 20  # of fewer, one more or less is over 5 points
NONE: Final = "–"  # stands where there is no number
_EXACT: Final = Context(prec=400, rounding=ROUND_HALF_UP)
_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share 0..1 in per cent: 0.9213 -> "92.1%"; no share -> "–".

    Less than all is never all, more than nothing never nothing: 0.9999 -> "over 99.9%", 0.0001 -> "under 0.1%".
    """
    if share is None or not math.isfinite(share):
        return NONE
    rounded = _rounded(100 * _decimal(share), decimals)
    smallest = Decimal(1).scaleb(-decimals)
    if share < 1 and rounded >= 100:
        return gettext("over {share}").format(share=_percent(100 - smallest, decimals))
    if share > 0 and rounded == 0:
        return gettext("under {share}").format(share=_percent(smallest, decimals))
    return _percent(rounded, decimals)


def share_of(count: int, total: int, decimals: int = 1) -> str:
    """Return a share of a total, in per cent where there are enough: (1, 1) -> "1 of 1", (97, 100) -> "97.0%"."""
    if total < FEWEST_FOR_PERCENT:
        return gettext("{n} of {total}").format(n=number(count), total=number(total))
    return percent(count / total, decimals)


def share(counts: tuple[int, int], decimals: int = 1) -> str:
    """Return a count and its total as their share, as `share_of` does: for sentences, whose values are single."""
    return share_of(*counts, decimals)


def points(difference: float, decimals: int = 1) -> str:
    """Return a difference of two shares in signed percentage points: 0.004 -> "+0.4 points"."""
    return gettext("{points} points").format(points=signed(100 * difference, decimals))


def number(value: float, decimals: int = 0) -> str:
    """Return a number with so many decimals, its thousands apart: 60000 -> "60,000", (0.28, 3) -> "0.280".

    From a thousand million millions on it is written as a power of ten.
    """
    if abs(value) >= 1e15 and math.isfinite(value):
        return plain(value)
    return _unusual(value) or _fixed(_rounded(_decimal(value), decimals), decimals)


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign, a true minus: -0.126 -> "−0.13"; what rounds to zero has no sign."""
    text = number(value, decimals)
    is_more = value > 0 and (math.isinf(value) or _rounded(_decimal(value), decimals))
    return f"+{text}" if is_more else text


def rest_of(total: float, part: float, decimals: int = 2) -> float:
    """Return what is left of the total beside a part, as both are written with so many decimals.

    Sums that people check add up then to the last digit: 0.005 + 0.005 is 0.01, and not 0.01 + 0.01.
    """
    if not (math.isfinite(total) and math.isfinite(part)):
        return total - part
    return float(_rounded(_decimal(total), decimals) - _rounded(_decimal(part), decimals))


def plain(value: float, digits: int = 6) -> str:
    """Return a number with at most so many significant digits: 5e-06 -> "0.000005", 0.1 -> "0.1", 20000 -> "20,000".

    What is beyond a million millions or below a ten-thousandth of a millionth is written as a power of ten.
    """
    if unusual := _unusual(value):
        return unusual
    exact = _decimal(value)
    if not exact:
        return _fixed(Decimal(0), 0)
    magnitude = exact.adjusted()
    if not -10 <= magnitude <= 11:
        return (
            f"{plain(float(exact.scaleb(-magnitude)), digits)} × 10{str(magnitude).translate(_SUPERSCRIPTS)}"
        )
    rounded = _rounded(exact, digits - 1 - magnitude).normalize()
    return _fixed(rounded, max(0, -int(rounded.as_tuple().exponent)))


def loss(value: float | None) -> str:
    """Return a loss with three decimals: 0.28 -> "0.280"; a tiny one as itself, a huge one without decimals."""
    if value is None:
        return NONE
    if 0 < abs(value) < 0.0005 or abs(value) >= 1e6:
        return plain(value, 2)
    return number(value, 3 if abs(value) < 1000 else 0)


def p_value(value: float) -> str:
    """Return a probability as tests of significance state it: "p = 0.032", "p < 0.001"."""
    return f"p = {number(value, 3)}" if value >= 0.0005 else f"p < {number(0.001, 3)}"  # symbols


def duration(seconds: float | None) -> str:
    """Return a time that something took: 2.41 -> "2.4 s", 0.01 -> "under 0.1 s", 76 -> "1 min 16 s"."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    if 0 < seconds < 0.05:
        return gettext("under {seconds} s").format(seconds=number(0.1, 1))
    if seconds < 9.95:
        return gettext("{seconds} s").format(seconds=number(seconds, 1))
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return gettext("{seconds} s").format(seconds=rest)
    hours, beyond = divmod(minutes, 60)
    if hours == 0:
        form = gettext("{minutes} min {seconds} s") if rest else gettext("{minutes} min")
        return form.format(minutes=minutes, seconds=rest)
    form = gettext("{hours} h {minutes} min") if beyond else gettext("{hours} h")
    return form.format(hours=number(hours), minutes=beyond)


def rough_duration(seconds: float) -> str:
    """Return a time in one unit, for what is expected or long ago: 42 -> "42 s", 1230 -> "21 min", 3e5 -> "3 d"."""
    if seconds < 90:
        return gettext("{seconds} s").format(seconds=number(seconds))
    if seconds < 5400:
        return gettext("{minutes} min").format(minutes=number(seconds / 60))
    if seconds < 129_600:
        return gettext("{hours} h").format(hours=number(seconds / 3600))
    return gettext("{days} d").format(days=number(seconds / 86_400))


def file_size(n_bytes: int) -> str:
    """Return a size in megabytes: 11594722 -> "12 MB", 5000000 -> "5.0 MB", 999 -> "999 bytes"."""
    if n_bytes < 50_000:
        return ngettext("{n} byte", "{n} bytes", n_bytes).format(n=number(n_bytes))
    return gettext("{n} MB").format(n=number(n_bytes / 1e6, 1 if n_bytes < 9.95e6 else 0))


def date(when: float | datetime.date) -> str:
    """Return a day, or that of a time in seconds since 1970 in the reader's zone: "28 Nov 2026"; of no year, "–"."""
    from babel.dates import format_date

    moment = None if isinstance(when, datetime.date) else _moment(when)
    day = when if isinstance(when, datetime.date) else moment and moment.date()
    return format_date(day, "medium", locale=locale()) if day else NONE


def date_time(timestamp: float) -> str:
    """Return day and time in the reader's zone; in UTC, and saying so, where no zone is known."""
    from babel.dates import format_time, get_datetime_format

    moment = _moment(timestamp)
    if moment is None:
        return NONE
    time = format_time(moment, "short", tzinfo=_zone(), locale=locale())
    both = str(get_datetime_format("medium", locale=locale()))  # "{1}, {0}"
    text = both.format(time, date(timestamp))
    return text if reader().time_zone else gettext("{time} UTC").format(time=text)


def listed(items: Sequence[str]) -> str:
    """Return items as a list in words: "a", "a and b", "a, b and c"; "none" for no item."""
    from babel.lists import format_list

    return format_list(items, "standard", locale=locale()) if items else gettext("none")


def _zone() -> datetime.tzinfo:
    from zoneinfo import ZoneInfo

    name = reader().time_zone
    return ZoneInfo(name) if name else datetime.UTC


def _moment(timestamp: float) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromtimestamp(timestamp, _zone())
    except (ValueError, OverflowError, OSError):  # a clock or a file that is out by ages
        return None


def _decimal(value: float) -> Decimal:
    """Return the number as its shortest text writes it: 0.9215 is halfway, though its bits are a little less."""
    return Decimal(repr(float(value)))


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return _EXACT.add(value.quantize(Decimal(1).scaleb(-decimals), context=_EXACT), 0)  # no negative zero


def _unusual(value: float) -> str:
    if math.isnan(value):
        return gettext("not a number")
    return "" if math.isfinite(value) else "∞" if value > 0 else "−∞"


def _fixed(value: Decimal, decimals: int) -> str:
    return _said(value, locale().decimal_formats[None].pattern.partition(".")[0], decimals)


def _percent(value: Decimal, decimals: int) -> str:
    return _said(value / 100, locale().percent_formats[None].pattern, decimals)


@cache
def _pattern(of_locale: str, decimals: int) -> "NumberPattern":
    """Return the locale's pattern, such as "#,##0 %", with so many decimals."""
    from babel.numbers import parse_pattern

    return parse_pattern(of_locale.replace("0", "0." + "0" * decimals) if decimals > 0 else of_locale)


def _said(value: Decimal, of_locale: str, decimals: int) -> str:
    """Return the number by the locale's pattern, written with English signs first: Babel drops an apostrophe."""
    return _in_english(value, of_locale, decimals).translate(_signs(locale()))


@lru_cache(maxsize=4096)  # a page that is followed says most of its numbers ten times a second
def _in_english(value: Decimal, of_locale: str, decimals: int) -> str:
    with localcontext(_EXACT):
        return str(_pattern(of_locale, decimals).apply(value, "en"))


@cache
def _signs(of_locale: "Locale") -> dict[int, str]:
    """Return what stands in the locale for each sign of an English number; minus and apostrophe are the true ones."""
    signs = of_locale.number_symbols["latn"]
    meant = {",": signs["group"], ".": signs["decimal"], "-": signs["minusSign"], "%": signs["percentSign"]}
    return {ord(sign): there.replace("-", "−").replace("'", "’") for sign, there in meant.items()}
