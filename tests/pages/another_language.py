"""Every text of a page that a person reads, and which of its words no translator was given.

The pages are drawn for a viewer whose language is the pseudo-catalogue's, in which the values of a sentence stand
outside of its brackets: a word of English that is put into a sentence as a value is found as well.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from babel import Locale
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from core.datasets import CATALOG
from core.figures.binary_message import unpack
from core.i18n import reader as i18n_reader
from core.i18n.reader import Reader
from core.pretrained.registry import SHIPPED
from pages.server import reader
from tests.pseudo import LANGUAGE, around_values, words_outside, write_pseudo_catalogue

NAMES: Final = (  # the same in every language
    *(spec.title for spec in CATALOG.values()),
    *SHIPPED,
    *("SGD", "Adagrad", "Adam", "AdamW", "Adamax", "RMSprop", "relu", "tanh", "sigmoid", "gelu"),
    *("Softmax", "MLP", "CNN", "CPU", "CSV", "PNG", "PCA", "t-SNE", "UTC", "Optuna"),
)
_LOCALE: Final = Locale.parse(LANGUAGE)
_OF_THE_LOCALE: Final = frozenset(
    {"kaj", *_LOCALE.months["format"]["abbreviated"].values()}
)  # Babel's: "a kaj b"
_UNREAD: Final = {  # fields of Streamlit's messages that no person reads, or that are read below
    *("id", "form_id", "element_id", "key", "uuid", "tag", "anchor", "type", "theme", "icon", "url", "page"),
    *(
        "page_script_hash",
        "query_string",
        "query_param_key",
        "component_name",
        "js_content",
        "js_source_path",
    ),
    *("css_content", "css_source_path", "html_content", "json", "spec", "config", "columns", "column_order"),
    *("format", "divider", "styles", "gap", "language", "engine", "autocomplete", "shortcut", "file_type"),
    *("selection_mode", "selection_state", "selection_default", "raw_value", "raw_values", "stack_trace"),
    *("validate_regex", "deferred_file_id", "source_id", "json_args", "src", "srcdoc"),
}
_UNREAD_OF_COMPONENTS: Final = {
    *(
        "id",
        "key",
        "run",
        "digest",
        "luts",
        "colour",
        "colours",
        "role",
        "tone",
        "shades",
        "inks",
        "language",
    ),
    *("chosen", "kind", "watch", "skipTo", "as", "tones", "class", "pushed"),
}
_READ_OF_FIGURES: Final = {
    *(
        "text",
        "name",
        "title",
        "labels",
        "x",
        "y",
        "hovertext",
        "hovertemplate",
        "texttemplate",
        "customdata",
    ),
    *("ticktext", "tickprefix", "ticksuffix"),
}
_ARTICLES_LOG: Final = re.compile(
    r"(?:Iteration: \d+\. Loss: [\d.]+\. |Final )Accuracy: [\d.]+"
)  # in its own words
_READ_OF_TAGS: Final = {"alt", "title", "aria-label", "aria-description", "placeholder"}


@pytest.fixture(scope="session")
def pseudo_locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the pseudo-catalogue, whose sentences leave their values outside."""
    folder = tmp_path_factory.mktemp("locales")
    write_pseudo_catalogue(folder, around_values)
    return folder


@pytest.fixture
def foreign(app: AppTest, pseudo_locales: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the app, not yet run, for a viewer whose language has the pseudo-catalogue."""
    monkeypatch.setenv("INKLING_LOCALES", str(pseudo_locales))
    monkeypatch.setattr(i18n_reader, "_find_reader", i18n_reader._find_reader)  # as it was, afterwards
    monkeypatch.setattr(reader, "_viewer", lambda: Reader(LANGUAGE))
    return app


def opened(app: AppTest, page: str, run: str = "", **query: str) -> AppTest:
    """Draw a page with a run in view and what else its address says."""
    app.query_params.update({name: value for name, value in {"run": run, **query}.items() if value})
    app.run()
    if page != "train":
        app.switch_page(f"{page}/page.py").run()
    return app


def outside(app: AppTest, *typed: str) -> list[str]:
    """Return "words: text" of every text of the page that has words outside of the catalogue.

    typed: what people have typed (names, notes), which stays as it is, like the visitor's id.
    """
    assert not app.exception, app.exception
    if "visitor" in app.session_state:
        typed = (*typed, str(app.session_state["visitor"]))
    found = {}
    for text in texts(app):
        shown = drawn(text)
        for name in sorted((*NAMES, *typed), key=len, reverse=True):
            shown = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", " ", shown)
        if words := words_outside(shown, _OF_THE_LOCALE):
            found[f"{' '.join(words)}: {text[:200]}"] = None
    return list(found)


def drawn(text: str) -> str:
    """Return the letters that a browser draws for a text of Streamlit's Markdown; of a script's, without its values."""
    text = _ARTICLES_LOG.sub(" ", text)
    text = re.sub(r":color\[(.*?)\]\{\}", r"\1", html.unescape(text))
    text = re.sub(r":material/\w+:|https?://\S+|#[\da-fA-F]{6}\b|\{[a-z_]+(?::[a-z_.\d]+)?\}", " ", text)
    return re.sub(r"\\([^\w\s])", r"\1", text)


def texts(app: AppTest) -> Iterator[str]:
    """Yield every text of the page: of elements, of what holds them, of what components and figures are given."""
    for node in app._tree:
        message = getattr(node, "proto", None)
        if message is None:
            continue
        yield from _of_message(message)
        kind = message.DESCRIPTOR.name
        if kind == "Html":
            yield from _of_html(message.body)
        elif kind == "PlotlyChart":
            figure = json.loads(message.spec)
            yield from _of_figure([figure["data"], {**figure["layout"], "template": None}])
        elif kind == "BidiComponent" and "inkling" in message.component_name:  # the canvas says nothing
            yield from _of_component(message)
        elif kind in ("Dataframe", "Table"):
            yield from _of_table(node.value, json.loads(getattr(message, "columns", "") or "{}"))


def _of_message(message: Message) -> Iterator[str]:
    """Yield the texts in a message of Streamlit's and in those that it holds."""
    if message.DESCRIPTOR.name == "Html":
        return
    for field, value in message.ListFields():
        if field.name in _UNREAD:
            continue
        for one in value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Message):
                yield from _of_message(one)


def _of_html(source: str) -> list[str]:
    parser = _Words()
    parser.feed(source)
    return parser.found


class _Words(HTMLParser):
    """Gathers what is read of a piece of HTML: the text between its tags, and of some attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_read = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_read = tag not in ("style", "script")
        self.found += [value for name, value in attrs if name in _READ_OF_TAGS and value]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._is_read = True

    def handle_data(self, data: str) -> None:
        if self._is_read:
            self.found.append(data)


def _of_figure(part: Any, is_read: bool = False) -> Iterator[str]:
    """Yield the words of a Plotly figure: titles, names, ticks, annotations, and what the pointer is told."""
    if isinstance(part, str) and is_read:
        yield re.sub(r"<[^>]*>|%\{[^}]*\}", " ", part)
    elif isinstance(part, list):
        for one in part:
            yield from _of_figure(one, is_read)
    elif isinstance(part, dict) and "bdata" not in part:
        for name, one in part.items():
            yield from _of_figure(one, name in _READ_OF_FIGURES)


def _of_component(message: Any) -> Iterator[str]:
    if message.bytes:
        yield from _of_data(unpack(message.bytes)[0])
    elif message.json:
        yield from _of_data(json.loads(message.json))


def _of_data(data: Any) -> Iterator[str]:
    """Yield the words that a component's script is given."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for one in data:
            yield from _of_data(one)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name == "html":
                yield from _of_html(value)
            elif name == "figure":
                yield from _of_figure([value["data"], {**value["layout"], "template": None}])
            elif "@" in name:
                yield from [value] if name.partition("@")[2] in _READ_OF_TAGS else []
            elif name not in _UNREAD_OF_COMPONENTS:
                yield from _of_data(value)


def _of_table(table: Any, columns: dict[str, Any]) -> Iterator[str]:
    """Yield the heads and the cells of a table; `columns` is how Streamlit was told to show them."""
    index = columns.get("_index", {})
    for name in table.columns:
        look = columns.get(str(name), {})
        yield look.get("label") if look.get("label") is not None else str(name)
        yield look.get("help") or ""
        yield from (cell for cell in table[name] if isinstance(cell, str))
    if not index.get("hidden"):
        yield from (row for row in table.index if isinstance(row, str))
