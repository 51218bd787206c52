"""Numbers and sentences as the pages' scripts write them, in a browser: to the letter what Python writes."""

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Page

from core.i18n import number_format
from core.i18n.reader import Reader, read_by
from core.i18n.script_words import script_words
from core.i18n.translation import _
from tests.browser import ROOT

pytestmark = pytest.mark.e2e

MODULE = base64.b64encode((ROOT / "pages/static/numbers.js").read_bytes()).decode()
SAID = """async ([url, words, calls]) => {
  const said = new (await import(url)).Words(words);
  return calls.map(([name, values]) => said[name](...values));
}"""
TABLE = json.loads((ROOT / "tests/core/i18n/numbers_shown.json").read_text(encoding="utf-8"))
HALVES = [
    *(["percent", [k / 2000, decimals]] for k in range(0, 2001, 7) for decimals in (0, 1, 2)),
    *([kind, [sign * k / 40, decimals]] for kind in ("number", "signed") for sign in (-1, 1)
      for k in range(0, 90, 7) for decimals in (0, 1)),
    *(["plain", [1.005 * 10.0**k, 3]] for k in range(-14, 15)),
    *(["loss", [value]] for value in (0.0005, 0.00049, 999.9996, 1e6, -0.5)),
]  # fmt: skip
CELL = "{true} predicted as {answer}: {count} ({share:percent} of {true})"


def said_by_the_script(page: Page, words: dict[str, str], calls: list[Any]) -> list[str]:
    """Return what the scripts' module says to each [function, arguments]."""
    said: list[str] = page.evaluate(SAID, [f"data:text/javascript;base64,{MODULE}", words, calls])
    return said


@pytest.mark.parametrize(("language", "column"), [("en", 2), ("de", 3)])
def test_numbers_are_shown_as_the_table_says(page: Page, language: str, column: int) -> None:
    with read_by(Reader(language)):
        shown = said_by_the_script(page, script_words(), [row[:2] for row in TABLE])
    assert [text.replace("\xa0", " ") for text in shown] == [row[column] for row in TABLE]


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_halves_go_up_and_thousands_stand_apart_as_in_python(page: Page, language: str) -> None:
    with read_by(Reader(language)):
        expected = [getattr(number_format, kind)(*arguments) for kind, arguments in HALVES]
        assert said_by_the_script(page, script_words(), HALVES) == expected


def test_what_is_no_number_is_said(page: Page) -> None:
    odd = "() => [[null, NaN], [NaN, Infinity, -Infinity]]"
    script = f"""async ([url, words]) => {{
      const said = new (await import(url)).Words(words), [shares, values] = ({odd})();
      return [...shares.map((v) => said.percent(v)), said.loss(null), ...values.map((v) => said.signed(v))];
    }}"""
    shown = page.evaluate(script, [f"data:text/javascript;base64,{MODULE}", script_words()])
    assert shown == ["–", "–", "–", "not a number", "+∞", "−∞"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sentence_is_filled_as_python_fills_it(page: Page, language: str) -> None:
    values = {"true": "{count}", "answer": "<b>8</b>", "count": 1032, "share": 0.9999}
    with read_by(Reader(language)):
        (shown,) = said_by_the_script(page, script_words(cell=_(CELL)), [["say", ["cell", values]]])
        assert shown == _(CELL, **values)
    assert shown.startswith("{count} predicted as <b>8</b>: 1"), "people's texts as they are"


def test_axes_are_told_the_readers_marks(page: Page) -> None:
    calls = [["separators", []], ["percentAffixes", []]]
    assert said_by_the_script(page, script_words(), calls) == [".,", {"tickprefix": "", "ticksuffix": "%"}]
    with read_by(Reader("de")):
        german = said_by_the_script(page, script_words(), calls)
    assert german == [",.", {"tickprefix": "", "ticksuffix": "\xa0%"}]
