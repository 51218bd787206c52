"""The script and the notebook are run as their readers would run them, and print the run's own numbers."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from core.config import RunConfig
from core.events import Finished, Started
from core.export import ExportRefused, export_run
from core.export.record import read_record
from core.runs import Store


def printed(store: Store, run_id: str, data_folder: Path, folder: Path) -> list[str]:
    """Return the lines that the exported script prints, in a process that cannot import this project."""
    made = export_run(store, run_id, "script")
    path = folder / made.file_name
    path.write_bytes(made.data)
    command = [sys.executable, "-I", str(path), str(data_folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def numbers(lines: list[str]) -> list[float]:
    return [float(number) for line in lines for number in re.findall(r"\d+(?:\.\d+)?", line)]


@pytest.mark.parametrize("run", ["mlp_run", "cnn_run"])
def test_script_prints_the_log_of_a_run_of_the_generic_path_to_the_digit(
    run: str, export_store: Store, data_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    log = read_record(export_store, run_id).log
    assert len(log) >= 4
    assert printed(export_store, run_id, data_folder, tmp_path) == list(log)


def test_the_stopped_run_that_the_script_repeats_was_changed_and_paused(
    cnn_run: str, export_store: Store
) -> None:
    row = export_store.get(cnn_run)
    assert row.state == "stopped"
    assert 0 < row.step < row.total_steps
    assert row.learning_rate_changes


def test_script_prints_the_log_of_the_fast_path_within_the_last_digit_shown(
    softmax_run: str, export_store: Store, data_folder: Path, tmp_path: Path
) -> None:
    record = read_record(export_store, softmax_run)
    assert record.row.path == "closed-form"
    lines = printed(export_store, softmax_run, data_folder, tmp_path)
    assert [re.sub(r"[\d.]+", "#", line) for line in lines] == [re.sub(r"[\d.]+", "#", x) for x in record.log]
    assert numbers(lines) == pytest.approx(numbers(list(record.log)), abs=1.01e-2, rel=0)
    losses = [float(line.split("Loss: ")[1].split(". ")[0]) for line in lines[:-1]]
    logged = [float(line.split("Loss: ")[1].split(". ")[0]) for line in record.log[:-1]]
    assert losses == pytest.approx(logged, abs=1.01e-4, rel=0)


def test_script_imports_nothing_but_torch_torchvision_and_the_standard_library(
    mlp_run: str, softmax_run: str, export_store: Store
) -> None:
    for run_id in (mlp_run, softmax_run):
        tree = ast.parse(export_run(export_store, run_id, "script").data)
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            )
        }
        assert imported <= {"torch", "torchvision", "sys", "math"}


def test_notebook_runs_from_top_to_bottom_and_prints_the_run_s_log(
    mlp_run: str, export_store: Store, data_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").symlink_to(data_folder)
    made = nbformat.reads(export_run(export_store, mlp_run, "notebook").data.decode(), as_version=4)
    done = NotebookClient(made, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    text = "".join(out.get("text", "") for cell in done.cells for out in cell.get("outputs", []))
    assert text.splitlines() == list(read_record(export_store, mlp_run).log)


def test_notebook_follows_the_articles_order(softmax_run: str, export_store: Store) -> None:
    made = nbformat.reads(export_run(export_store, softmax_run, "notebook").data.decode(), as_version=4)
    headings = re.findall(r"^## (?:Step \d: )?(.*)$", "\n".join(c.source for c in made.cells), re.MULTILINE)
    assert headings == [
        *("Settings", "Load the dataset", "Make the dataset iterable", "Create the model class"),
        *("Instantiate the model", "Instantiate the loss", "Instantiate the optimizer", "Train the model"),
        "Look at what it learned",
    ]


def test_run_on_images_of_one_s_own_is_refused_with_a_remedy(export_store: Store) -> None:
    config = RunConfig(start_from="abcdefgh")
    started = Started(0, 10, 10, 1000, "test", 100, 7850, "autograd", 1)
    run_id = export_store.adopt(config, [started, Finished(10, "finished", 1.0)])
    with pytest.raises(ExportRefused, match=r"abcdefgh.*bundle"):
        export_run(export_store, run_id, "script")


@pytest.mark.parametrize("field", ["dataset", "mix_in"])
def test_run_on_images_that_torchvision_has_not_is_refused_by_their_name(
    field: str, export_store: Store
) -> None:
    started = Started(0, 10, 10, 1000, "test", 100, 7850, "autograd", 1)
    config = RunConfig(**{field: "drawn_digits"})
    run_id = export_store.adopt(config, [started, Finished(10, "finished", 1.0)])
    with pytest.raises(ExportRefused, match=r"Drawn digits.*torchvision has not.*bundle"):
        export_run(export_store, run_id, "script")


def test_unknown_format_is_refused_with_the_choices(softmax_run: str, export_store: Store) -> None:
    with pytest.raises(ExportRefused, match="safetensors"):
        export_run(export_store, softmax_run, "docx")
