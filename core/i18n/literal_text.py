"""People's text made literal: what somebody typed or uploaded, shown letter by letter wherever it is shown.

One function for each place that would read more into a text than its letters. All but `text_problem` take any text and
never fail; what cannot be shown at all (control characters, turned reading directions, halves of characters) they write
as Python does, such as \\x1b.
"""

import html
import re
import unicodedata
from typing import Final

from core.i18n.translation import _

_UNSHOWABLE: Final = "\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_ANY: Final = re.compile(".", re.DOTALL)
_BLANK: Final = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs without a mark
_BREAKS: Final = "\t\n\r\u2028\u2029"
_IN_LINES: Final = re.compile(f"[{_UNSHOWABLE}]")
_IN_A_LINE: Final = re.compile(f"[{_UNSHOWABLE}{_BREAKS}]")

# Plugins of Streamlit's Markdown read the text anew after its escapes are gone: emoji and icons (:smile:), addresses
# (http://, www., @) and arrows (->). They look at one piece of text at a time, so such a sign is put into a piece of
# its own: a coloured text without a colour, which is drawn like its neighbours.
_APART: Final = re.compile(r":(?!\s)|@|(?i:(?<=ww)w)|-(?=[->])|<(?=[-=])|[>~](?==)")
_MARKS: Final = re.compile(r"[\\`*\[\]<>~$&|#]|(?<![^\W_])_|_(?![^\W_])")  # a_b is no mark
_FIRST: Final = re.compile(r"[-+](?=\s|$)|(?<=\d)[.)](?=\s|$)")
_NUMBERED: Final = re.compile(r"\d{1,9}[.)](?:\s|$)")
_ASCII_SIGNS: Final = re.compile(r"[!-/:-@\[-`{-~]")
_CSS_SIGNS: Final = re.compile(f'[\\\\"<>&{_BREAKS}]')
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


def visible_text(text: str, *, lines: bool = False) -> str:
    """Return the text with what cannot be shown written as Python writes it; `lines`: it may have several lines."""
    return (_IN_LINES if lines else _IN_A_LINE).sub(lambda match: _python_escape(match[0]), text)


def is_showable(text: str) -> bool:
    """Return whether the text could stand in a line: no control character, no half of one, no turned direction."""
    return _IN_A_LINE.search(text) is None


def text_problem(refusal: str, text: str, *, lines: bool = False) -> tuple[str, str] | None:
    """Return what is wrong with a text that comes in, and the remedy; None for one that can be shown.

    refusal: the sentence for it, marked by N_, with {character} and {near}; lines: it may have tabs and line breaks.
    """
    found = (_IN_LINES if lines else _IN_A_LINE).search(text) or (
        None if _is_visible(text) else _ANY.match(text)
    )
    if found is None:
        return None
    start = max(0, found.start() - 30)
    near = visible_text(text[start : found.start() + 30])
    return (
        _(refusal, character=_python_escape(found[0]), near=near),
        _("Remove that character and try again."),
    )


def _is_visible(text: str) -> bool:
    """Return whether the text has a sign that can be seen, or is empty."""
    return not text.strip() or any(
        sign not in _BLANK and unicodedata.category(sign) not in ("Cf", "Zs", "Mn") for sign in text
    )


def markdown_text(text: str) -> str:
    """Return the text as Markdown, in one line, that Streamlit shows as exactly these letters, without any element."""
    text = visible_text(text, lines=True)
    found = _NUMBERED.match(text)
    first_end = found.end() if found else 1
    parts = []
    last = len(text) - 1
    for place, sign in enumerate(text):
        is_at_end = place in (0, last) and sign.isspace()
        if sign in _BREAKS or is_at_end or (place == 0 and _is_like_an_icon(text)):
            parts.append(f"&#{ord(sign)};")
        elif _APART.match(text, place):
            parts.append(f":color[{_escaped(sign)}]{{}}")
        elif _MARKS.match(text, place) or (place < first_end and _FIRST.match(text, place)):
            parts.append(f"\\{sign}")
        else:
            parts.append(sign)
    return "".join(parts)


def _is_like_an_icon(text: str) -> bool:
    """Return whether a text may begin with an emoji, which Streamlit would draw as a button's or a message's icon.

    Letters and brackets of every script stay: Streamlit hands a label to screen readers with its escapes in it.
    """
    first = text[0]
    is_sign = first >= "\u203c" and not first.isalpha() and unicodedata.category(first) not in ("Ps", "Pe")
    return is_sign or first in "©®ℹ" or text[1:2] == "\ufe0f"


def _escaped(sign: str) -> str:
    return sign if sign.isalnum() else f"\\{sign}"


def html_text(text: str) -> str:
    """Return the text for HTML and SVG: between tags, or in an attribute within quotes."""
    return html.escape(visible_text(text, lines=True))


def css_text(text: str) -> str:
    """Return the text as a CSS string, quotes and all, in a style element of a page."""
    return '"' + _CSS_SIGNS.sub(lambda match: f"\\{ord(match[0]):x} ", visible_text(text, lines=True)) + '"'


def plotly_text(text: str) -> str:
    """Return the text for a Plotly figure: titles, names, ticks and hover texts read tags, entities and $formulas$."""
    text = visible_text(text, lines=True)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("$", "&#36;")


def csv_cell(value: object) -> object:
    """Return what to write into a cell of a CSV file: a text that a spreadsheet would compute gets a ' before it."""
    if not isinstance(value, str):
        return value
    text = visible_text(value, lines=True)
    return f"'{text}" if text.startswith(_FORMULA) else text


def console_text(text: str, *, lines: bool = False) -> str:
    """Return the text for a terminal or a log, which would obey control characters; `lines`: it has its own lines."""
    return visible_text(text, lines=lines).replace("\r", "\\r")  # it would write over the line


def notebook_text(text: str) -> str:
    """Return the text for a Markdown cell of a notebook, in one line: no Markdown, no HTML, no formula."""
    text = visible_text(text)
    signs = _ASCII_SIGNS.sub(lambda match: f"&#{ord(match[0])};", text)
    return signs.replace("&#36;", "<span>&#36;</span>")  # a formula begins and ends in the same element


def docstring_text(text: str) -> str:
    """Return the text for a Python string between three double quotes, in one line."""
    return visible_text(text).replace("\\", "\\\\").replace('"', '\\"')


def _python_escape(sign: str) -> str:
    code = ord(sign)
    short = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    return short or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
