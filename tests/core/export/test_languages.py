"""Exports are said in the language of whoever asks for them; code, file names and keys stay, and scripts still run."""

import ast
import io
import re
import tokenize
from html import unescape
from pathlib import Path

import nbformat
import pytest
from pypdf import PdfReader

from core.export import FORMATS, ExportRefused, check_export, export_file_name, export_run
from core.i18n.reader import Reader, read_by
from core.insight.published_results import figures_for
from core.runs import Store
from tests.catalogues import german
from tests.pseudo import LANGUAGE, stretched, words_outside, write_pseudo_catalogue

NAMES = frozenset({"Softmax", "plain", "MNIST", "SGD", "CPU", "relu"})


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    write_pseudo_catalogue(tmp_path)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    return Reader(LANGUAGE)


def comments_and_docstrings(program: str) -> tuple[list[str], list[str]]:
    """Return what a program's readers read, but for the code of this project that it brings along."""
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    comments = [token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT]
    nodes = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.FunctionDef | ast.Module)]
    return comments, [text for node in nodes if (text := ast.get_docstring(node))]


def code_alone(program: str) -> str:
    """Return the program's syntax without its docstrings."""
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


@pytest.mark.parametrize("run", ["softmax_run", "mlp_run", "cnn_run"])
def test_a_script_is_the_same_program_in_every_language(
    run: str, export_store: Store, pseudo: Reader, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    english = export_run(export_store, run_id, "script").data.decode()
    with read_by(pseudo):
        other = export_run(export_store, run_id, "script").data.decode()
    assert code_alone(other) == code_alone(english)
    if run == "cnn_run":  # it brings code of this project along, comments and all
        return
    comments, docstrings = comments_and_docstrings(other)
    assert len(comments) > 10
    assert len(docstrings) > 3
    for text in (*comments, *docstrings):
        assert "⟦" in text, text
        assert words_outside(text) == [], text


def test_a_translation_cannot_break_a_script(
    softmax_run: str, export_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty = {
        "Return uint8 images as the numbers that the model sees.": 'a """ b \\',
        "the scores (logits); softmax is part of the loss": "a\nimport nothing_there\r\u2028b",
        "Step {number}: {title}. {why}": "x\n{number} {title} {why}",
    }
    english = export_run(export_store, softmax_run, "script").data.decode()
    with read_by(german(nasty, tmp_path, monkeypatch)):
        program = export_run(export_store, softmax_run, "script").data.decode()
    assert code_alone(program) == code_alone(english)
    assert '"""a \\"\\"\\" b \\\\"""' in program


def test_a_notebook_has_the_same_cells_in_every_language(
    softmax_run: str, export_store: Store, pseudo: Reader
) -> None:
    def cells(kind: str) -> list[str]:
        made = nbformat.reads(export_run(export_store, softmax_run, "notebook").data.decode(), as_version=4)
        return [cell.source for cell in made.cells if cell.cell_type == kind]

    english = cells("code")
    with read_by(pseudo):
        code, words = cells("code"), cells("markdown")
    assert [code_alone(cell) for cell in code] == [code_alone(cell) for cell in english]
    assert len(words) == len(code) + 1
    assert words_outside(words[0], NAMES) == []
    for text in words[1:]:
        heading, _gap, why = text.partition("\n\n")
        assert heading.startswith("## ⟦"), text
        assert why.startswith("⟦"), text


def texts_of(page: str) -> list[str]:
    """Return the texts of an HTML page and of its figure, whose letters are drawn and stand beside it as comments."""
    figures = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    drawn = [text for figure in figures for text in re.findall(r"<!-- (.*?) -->", figure, flags=re.DOTALL)]
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<sup>.*?</sup>", "", page, flags=re.DOTALL)
    texts = [*drawn, *re.findall(r">([^<>]+)<", bare), *re.findall(r" alt='([^']*)'", bare)]
    return [unescape(text) for text in texts if text.strip()]


def names_in_report(run_id: str) -> frozenset[str]:
    """Return the words of a softmax run's report that are names: the run's, and those of what is cited."""
    cited = {figure.source for figure in figures_for("mnist", "softmax")}
    return NAMES | {word for text in (run_id, *cited) for word in re.findall(r"[^\W\d_]+", text)}


def test_a_report_s_words_are_all_the_reader_s(softmax_run: str, export_store: Store, pseudo: Reader) -> None:
    with read_by(pseudo):
        page = export_run(export_store, softmax_run, "html").data.decode()
        printed = export_run(export_store, softmax_run, "html").file_name
    assert f"<html lang='{LANGUAGE}' dir='ltr'>" in page
    known = names_in_report(softmax_run)
    texts = texts_of(page)
    assert {text: words for text in texts if (words := words_outside(text, known))} == {}
    assert {stretched("Loss (cross-entropy)"), stretched("Accuracy (%)")} <= set(texts)
    assert printed == export_file_name(export_store.get(softmax_run), "html")


def test_a_printed_report_s_words_are_all_the_reader_s(
    softmax_run: str, export_store: Store, pseudo: Reader
) -> None:
    with read_by(pseudo):
        document = PdfReader(io.BytesIO(export_run(export_store, softmax_run, "pdf").data))
    text = "\n".join(page.extract_text() for page in document.pages)
    assert text.count("⟦") == text.count("⟧") > 30
    assert words_outside(text, names_in_report(softmax_run) | {"Inkling"}) == []


@pytest.mark.parametrize(
    "form",
    ["csv", "onnx", *(pytest.param(form, marks=pytest.mark.long) for form in ("parquet", "gif", "webp"))],
)
def test_what_has_no_words_is_the_same_file_in_every_language(
    form: str, softmax_run: str, export_store: Store, pseudo: Reader
) -> None:
    english = export_run(export_store, softmax_run, form)
    with read_by(pseudo):
        assert export_run(export_store, softmax_run, form) == english


def test_formats_and_refusals_are_said_when_they_are_read(export_store: Store, pseudo: Reader) -> None:
    with read_by(pseudo):
        assert all(form.title[0] == form.says[0] == "⟦" for form in FORMATS.values())
        with pytest.raises(ExportRefused) as refused:
            export_run(export_store, "any", "docx")
    assert words_outside(str(refused.value)) == []
    assert not any("⟦" in form.title + form.says for form in FORMATS.values())


def test_metadata_and_columns_stay_as_they_are(softmax_run: str, export_store: Store, pseudo: Reader) -> None:
    with read_by(pseudo):
        table = export_run(export_store, softmax_run, "csv").data.decode()
        bundle = export_run(export_store, softmax_run, "bundle")
    assert table.startswith("step,epoch,split,loss,accuracy,learning_rate,elapsed_s\n")
    assert bundle.file_name.endswith(".inkling.zip")


def test_a_pdf_in_a_language_that_its_fonts_lack_is_refused_beforehand(
    softmax_run: str, export_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = export_store.get(softmax_run)
    check_export(row, "pdf")
    with (
        read_by(german({"Settings": "设置"}, tmp_path, monkeypatch)),
        pytest.raises(ExportRefused, match="设"),
    ):
        check_export(row, "pdf")
