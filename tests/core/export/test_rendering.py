"""Templates are found wherever one stands, refuse a name they were not given, and cost nothing until an export."""

import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from core.export import export_run
from core.export.rendering import render
from core.runs import Store

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("jinja2", "torch", "onnx", "matplotlib", "nbformat", "fpdf", "pandas", "PIL")


def test_templates_are_found_from_any_folder(
    softmax_run: str, export_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = export_run(export_store, softmax_run, "script").data
    monkeypatch.chdir(tmp_path)
    assert export_run(export_store, softmax_run, "script").data == before


def test_a_template_that_lacks_a_value_is_refused() -> None:
    with pytest.raises(UndefinedError, match="config"):
        render("script.py.jinja", in_notebook=True)


def test_the_list_of_formats_loads_no_library_that_an_export_needs() -> None:
    program = f"import sys, core.__main__, core.export.script; print(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
