"""The report says the run's own numbers, as HTML that needs nothing else and as PDF that can be searched."""

import io
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from pypdf import PdfReader

from core.config.presets import DEFAULT
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.export import export_run, report_html
from core.export.report_html import _settings
from core.runs import Store


class Cells(HTMLParser):
    """Collects table cells and every address that the page would load from."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[str]] = []
        self.addresses: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        self._in_cell = tag == "td"
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[-1].append(data)
            self._in_cell = False


def test_html_report_loads_nothing_and_holds_the_confusion_matrix(
    softmax_run: str, export_store: Store, mnist: ImageData
) -> None:
    text = export_run(export_store, softmax_run, "html").data.decode()
    cells = Cells()
    cells.feed(text)
    assert all(address.startswith(("data:image/png", "#")) for address in cells.addresses)
    logits = export_store.logits(softmax_run)
    assert logits is not None
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (mnist.test_labels, logits.argmax(axis=1)), 1)
    matrix = next(table for table in cells.tables if len(table) == 100)
    assert [int(cell.replace(",", "")) for cell in matrix] == expected.ravel().tolist()
    row = export_store.get(softmax_run)
    assert f"{100 * row.test_accuracy:.2f}%, loss {row.test_loss:.4f}" in text


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("softmax_run", "computed by a formula"),
        ("mlp_run", "computed by formulas, layer by layer"),
        ("cnn_run", "computed by PyTorch's autograd"),
    ],
)
def test_the_report_says_which_way_the_run_took(
    run: str, said: str, export_store: Store, request: pytest.FixtureRequest
) -> None:
    cells = Cells()
    cells.feed(export_run(export_store, request.getfixturevalue(run), "html").data.decode())
    assert said in [cell for table in cells.tables for cell in table]


def test_settings_that_the_form_begins_with_are_no_changed_ones() -> None:
    default = DEFAULT
    assert all(is_default for _name, _value, is_default in report_html._settings(default))
    shown = report_html._settings(replace(default, epochs=3))
    assert [(name, value) for name, value, is_default in shown if not is_default] == [("Epochs", "3")]


def test_names_and_notes_cannot_bring_markup_into_the_report(softmax_run: str, export_store: Store) -> None:
    before = export_store.get(softmax_run).name
    export_store.rename(softmax_run, "<script>alert(1)</script>")
    try:
        text = export_run(export_store, softmax_run, "html").data.decode()
    finally:
        export_store.rename(softmax_run, before)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_pdf_report_can_be_searched_for_the_figures(mlp_run: str, export_store: Store) -> None:
    reader = PdfReader(io.BytesIO(export_run(export_store, mlp_run, "pdf").data))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    row = export_store.get(mlp_run)
    assert reader.metadata is not None
    assert reader.metadata.title == "MLP"
    assert f"{100 * row.test_accuracy:.2f}%, loss {row.test_loss:.4f}" in text
    assert "Optimizer: AdamW" in text
    assert len(reader.pages) <= 2
    assert sum(len(page.images) for page in reader.pages) == 2


def test_the_defaults_are_those_of_the_form_and_the_command_line() -> None:
    assert all(is_default for _name, _value, is_default in _settings(DEFAULT))
    changed = [(name, value) for name, value, is_default in _settings(RunConfig()) if not is_default]
    assert changed == [("Epochs", "5")]
