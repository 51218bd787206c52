"""Runs with names that mean something to the languages of their exports: each reader gets the letters, no more."""

import ast
import io
import json
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from core.export import ExportRefused, ImportRefused, check_export, export_run
from core.imports.run_bundle import import_bundle
from core.runs import Store
from tests.core.export.test_bundles import rebuilt
from tests.nasty_names import FEW_NASTY_NAMES, NASTY_NAMES


@pytest.fixture
def named(softmax_run: str, export_store: Store) -> Iterator[str]:
    """Return the run that the tests name; it has its own name again afterwards."""
    before = export_store.get(softmax_run)
    yield softmax_run
    export_store.rename(softmax_run, before.name)
    export_store.note(softmax_run, before.note)
    export_store.tag(softmax_run, before.tags)


def test_the_script_s_docstring_and_the_notebook_s_heading_are_the_name(
    named: str, export_store: Store
) -> None:
    for name in (*NASTY_NAMES, 'three """ quotes', "ends with \\"):
        export_store.rename(named, name)
        kept = export_store.get(named).name
        program = ast.parse(export_run(export_store, named, "script").data)
        described = ast.get_docstring(program, clean=False)
        assert described is not None
        assert described.startswith(f"{kept}: run {named} from Inkling")
        notebook = nbformat.reads(export_run(export_store, named, "notebook").data.decode(), 4)
        source = notebook.cells[0].source
        opening, inline, *_ = MarkdownIt("commonmark").parse(source)
        assert opening.tag == "h1"
        shown = [child.content for child in inline.children or [] if child.type != "html_inline"]
        assert "".join(shown) == kept
        assert source.partition("\n")[0].count("<") == 2 * kept.count("$")  # no element but those around a $


@pytest.mark.parametrize(
    "names", [FEW_NASTY_NAMES, pytest.param(NASTY_NAMES, marks=pytest.mark.long)], ids=["few", "all"]
)
def test_the_html_report_shows_name_and_note_and_loads_nothing(
    named: str, export_store: Store, names: tuple[str, ...]
) -> None:
    for name in names:
        export_store.rename(named, name)
        export_store.note(named, f"{name}\nsecond line")
        page = export_run(export_store, named, "html").data.decode()
        title, note = (
            page.partition("<h1>")[2].partition("</h1>")[0],
            page.partition(f"{name[:0]}second line")[0],
        )
        assert "<" not in title
        assert unescape(title) == export_store.get(named).name
        assert unescape(note.rpartition("<p>")[2]) == f"{name}\n"


def test_the_pdf_shows_a_name_or_is_refused_with_the_html_report_as_the_remedy(
    named: str, export_store: Store
) -> None:
    for name in (*FEW_NASTY_NAMES, "Größe, naïve, Ωmega, Москва", "漢字", "العربية", "עברית", "🙂"):
        export_store.rename(named, name)
        row = export_store.get(named)
        if all(ord(sign) < 0x500 for sign in row.name):
            check_export(row, "pdf")
            reader = PdfReader(io.BytesIO(export_run(export_store, named, "pdf").data))
            words = "".join(page.extract_text() for page in reader.pages)
            assert "".join(row.name.split()) in "".join(words.split())
            assert reader.metadata is not None
            assert reader.metadata.title == row.name
            continue
        with pytest.raises(ExportRefused, match="HTML report"):
            check_export(row, "pdf")
        with pytest.raises(ExportRefused) as refused:
            export_run(export_store, named, "pdf")
        assert "The PDF report cannot show" in refused.value.message
        assert "HTML report" in refused.value.remedy


def test_a_bundle_carries_the_letters(named: str, export_store: Store, tmp_path: Path) -> None:
    elsewhere = Store(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    for name in FEW_NASTY_NAMES:
        export_store.rename(named, name)
        export_store.note(named, f"{name}\n{name}")
        export_store.tag(named, [name])
        data = export_run(export_store, named, "bundle").data
        manifest = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("manifest.json"))
        row = elsewhere.get(import_bundle(elsewhere, data))
        assert manifest["name"] == row.name == name
        assert (row.note, row.tags) == (f"{name}\n{name}", (name[:40].strip(),))


@pytest.mark.parametrize(
    ("key", "value"), [("tags", ["\ud83d"]), ("name", "a\x1b]0;title\x07"), ("note", "a\u202eb")]
)
def test_a_bundle_with_what_cannot_be_shown_is_refused(
    key: str, value: object, softmax_run: str, export_store: Store, tmp_path: Path
) -> None:
    def change(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"]) | {key: value}
        files["manifest.json"] = json.dumps(manifest).encode()

    elsewhere = Store(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with pytest.raises(ImportRefused) as refused:
        import_bundle(elsewhere, rebuilt(export_run(export_store, softmax_run, "bundle").data, change))
    assert refused.value.message.startswith("The bundle has a character that cannot be shown, \\")
    refused.value.message.encode()
    assert not elsewhere.list()
