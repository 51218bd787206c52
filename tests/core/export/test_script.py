"""The script and the notebook are run as their readers would run them, and print the run's own numbers."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from core.config.config_title import config_title
from core.config.run_config import RunConfig
from core.export import ExportRefused, export_run, script_of_settings
from core.export.run_record import read_record
from core.protocol.events import Finished, Started
from core.runs import Store

SCRIPTS = ("softmax_run", "fourless_run", "mlp_run", "cnn_run", "normal_cnn_run")
RUN_EACH = """
import os, runpy, sys
import torch, torchvision  # once for all: that takes longer than all the scripts

data, *scripts = sys.argv[1:]
for path in scripts:
    child = os.fork()
    if not child:
        os.dup2(os.open(path + ".out", os.O_CREAT | os.O_WRONLY), 1)
        sys.argv = [path, data]
        runpy.run_path(path, run_name="__main__")
        break
    if os.waitpid(child, 0)[1]:
        sys.exit(path)
"""


@pytest.fixture(scope="module")
def printed(
    export_store: Store,
    part_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> dict[str, list[str]]:
    """Return the lines that each exported script prints, in a process of its own that cannot import this project."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = {run: folder / f"{run}.py" for run in SCRIPTS}
    for run, path in paths.items():
        path.write_bytes(export_run(export_store, request.getfixturevalue(run), "script").data)
    command = [sys.executable, "-I", "-c", RUN_EACH, str(part_folder), *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return {run: Path(f"{path}.out").read_text().splitlines() for run, path in paths.items()}


def numbers(lines: list[str]) -> list[float]:
    return [float(number) for line in lines for number in re.findall(r"\d+(?:\.\d+)?", line)]


@pytest.mark.parametrize("run", ["cnn_run", "normal_cnn_run"])
def test_script_prints_the_log_of_a_run_of_the_generic_path_to_the_digit(
    run: str, printed: dict[str, list[str]], export_store: Store, request: pytest.FixtureRequest
) -> None:
    log = read_record(export_store, request.getfixturevalue(run)).log
    assert len(log) >= 4
    assert printed[run] == list(log)


def test_the_stopped_run_that_the_script_repeats_was_changed_and_paused(
    cnn_run: str, export_store: Store
) -> None:
    row = export_store.get(cnn_run)
    assert row.state == "stopped"
    assert 0 < row.step < row.total_steps
    assert row.learning_rate_changes


def assert_alike(lines: list[str], log: list[str]) -> None:
    """Check that the lines are those of the log but for the last digit shown: the fast path adds up differently."""
    assert [re.sub(r"[\d.]+", "#", line) for line in lines] == [re.sub(r"[\d.]+", "#", x) for x in log]
    assert numbers(lines) == pytest.approx(numbers(log), abs=1.01e-2, rel=0)
    losses, logged = (
        [float(line.split("Loss: ")[1].split(". ")[0]) for line in said[:-1]] for said in (lines, log)
    )
    assert losses == pytest.approx(logged, abs=1.01e-4, rel=0)


@pytest.mark.parametrize(
    ("run", "path"),
    [("softmax_run", "closed-form"), ("fourless_run", "closed-form"), ("mlp_run", "written-out")],
)
def test_script_prints_the_log_of_the_fast_paths_within_the_last_digit_shown(
    run: str,
    path: str,
    printed: dict[str, list[str]],
    export_store: Store,
    request: pytest.FixtureRequest,
) -> None:
    record = read_record(export_store, request.getfixturevalue(run))
    assert record.row.path == path
    assert_alike(printed[run], list(record.log))


@pytest.mark.parametrize("kind", ["script", "notebook"])
@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("softmax_run", "The run computed the gradient by a formula"),
        ("mlp_run", "The run computed the gradients by formulas, layer by layer"),
        ("cnn_run", "exactly so on the same kind of machine"),
    ],
)
def test_script_and_notebook_say_which_way_the_run_took(
    run: str, said: str, kind: str, export_store: Store, request: pytest.FixtureRequest
) -> None:
    assert said in export_run(export_store, request.getfixturevalue(run), kind).data.decode()


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


def printed_by_notebook(store: Store, run_id: str, images: Path, folder: Path) -> list[str]:
    """Return the lines that the exported notebook prints when it is run from top to bottom."""
    (folder / "data").symlink_to(images)
    made = nbformat.reads(export_run(store, run_id, "notebook").data.decode(), as_version=4)
    done = NotebookClient(made, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    text = "".join(out.get("text", "") for cell in done.cells for out in cell.get("outputs", []))
    return text.splitlines()


def test_notebook_runs_from_top_to_bottom_and_prints_the_run_s_log(
    mlp_run: str, export_store: Store, part_folder: Path, tmp_path: Path
) -> None:
    lines = printed_by_notebook(export_store, mlp_run, part_folder, tmp_path)
    assert_alike(lines, list(read_record(export_store, mlp_run).log))


@pytest.mark.long
@pytest.mark.parametrize("run", ["softmax_run", "cnn_run"])
def test_notebooks_of_other_kinds_of_run_print_their_logs_too(
    run: str, export_store: Store, part_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    assert_alike(
        printed_by_notebook(export_store, run_id, part_folder, tmp_path),
        list(read_record(export_store, run_id).log),
    )


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
    run_id = export_store.add_finished_run(config, [started, Finished(10, "finished", 1.0)])
    with pytest.raises(ExportRefused, match=r"abcdefgh.*bundle"):
        export_run(export_store, run_id, "script")


@pytest.mark.parametrize("field", ["dataset", "mix_in"])
def test_run_on_images_that_torchvision_has_not_is_refused_by_their_name(
    field: str, export_store: Store
) -> None:
    started = Started(0, 10, 10, 1000, "test", 100, 7850, "autograd", 1)
    config = RunConfig(**{field: "drawn_digits"})
    run_id = export_store.add_finished_run(config, [started, Finished(10, "finished", 1.0)])
    with pytest.raises(ExportRefused, match=r"Drawn digits.*torchvision does not have.*bundle"):
        export_run(export_store, run_id, "script")


def test_unknown_format_is_refused_with_the_choices(softmax_run: str, export_store: Store) -> None:
    with pytest.raises(ExportRefused, match="safetensors"):
        export_run(export_store, softmax_run, "docx")


@pytest.mark.parametrize("run", ["softmax_run", "mlp_run"])
def test_the_script_of_settings_is_that_of_a_run_with_them(
    run: str, export_store: Store, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    row = export_store.get(run_id)
    first, *rest = script_of_settings(row.config, export_store.settings).splitlines()
    exported = export_run(export_store, run_id, "script").data.decode().splitlines()
    assert rest == exported[1:]
    assert first == f'"""{config_title(row.config)}: a run of Inkling, as a standalone program.'


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (RunConfig(dataset="drawn_digits"), "torchvision does not have Drawn digits"),
        (RunConfig(mix_in="drawn_digits"), "torchvision does not have Drawn digits"),
        (RunConfig(start_from="abcdefgh"), "weights of run abcdefgh"),
    ],
)
def test_settings_that_torchvision_cannot_serve_are_refused_without_naming_a_run(
    config: RunConfig, told: str, export_store: Store
) -> None:
    with pytest.raises(ExportRefused, match=told) as refused:
        script_of_settings(config, export_store.settings)
    assert "bundle" not in str(refused.value), "there is no run to export"


def test_the_script_of_settings_without_a_class_counts_the_images_that_are_left(export_store: Store) -> None:
    program = script_of_settings(RunConfig(left_out_class=4, epochs=1), export_store.settings)
    assert (
        "STEPS = 542  # 1 epoch of 542 batches" in program
    )  # 60,000 training images, of which 5,842 are fours
