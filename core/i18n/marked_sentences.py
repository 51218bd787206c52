"""Sentences with marks of their own, for a page: Markdown for Streamlit's elements, HTML for st.html.

The marks that a sentence has (`**{name}** is better`) stand; what its values hold is shown letter by letter. A sentence
without values is Markdown as it is: `_` does for it.
"""

from collections.abc import Callable
from typing import Any, Final

from core.i18n import catalogue
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.translation import ValueFormatter


def markdown_(sentence: str, /, **values: Any) -> str:
    """Return the sentence in the reader's language as Markdown, with the values literal in their places."""
    return _IN_MARKDOWN.vformat(catalogue.gettext(sentence), (), values)


def nmarkdown_(one: str, many: str, n: int, /, **values: Any) -> str:
    """Return the form of the Markdown sentence for `n` things; `{n}` is there for it."""
    return _IN_MARKDOWN.vformat(catalogue.ngettext(one, many, n), (), {"n": n} | values)


def html_(sentence: str, /, **values: Any) -> str:
    """Return the sentence in the reader's language as HTML, with the values literal in their places."""
    return _IN_HTML.vformat(catalogue.gettext(sentence), (), values)


class _Literal(ValueFormatter):
    def __init__(self, literal: Callable[[str], str]) -> None:
        self._literal = literal

    def format_field(self, value: Any, kind: str) -> str:
        return self._literal(super().format_field(value, kind))


_IN_MARKDOWN: Final = _Literal(markdown_text)
_IN_HTML: Final = _Literal(html_text)
