"""The command line as a shell user meets it: real data, exit codes and messages, and processes where they matter."""

import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.cli.app import make_app
from core.cli.console import say_json
from core.cli.train import train_command

ROOT = Path(__file__).resolve().parents[3]


def command(store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does, in a process of its own."""
    environment = os.environ | {"INKLING_STORE": f"sqlite:///{store}"}
    line = [sys.executable, "-m", "core", *words]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def command_here(store: Path, *words: str) -> Result:
    """Run a command in this process, which has PyTorch already; an error that nobody told is raised."""
    environment = {"INKLING_STORE": f"sqlite:///{store}"}
    return CliRunner().invoke(
        make_app(), words, env=environment, prog_name="python -m core", catch_exceptions=False
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "inkling.db"


def test_train_prints_json_a_line_and_the_run_is_listed_and_evaluates_to_the_same(store: Path) -> None:
    done = command(store, "train", "--preset", "mnist-article", "--epochs", "1", "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["step"] for line in lines if line["event"] == "evaluated"] == [0, 200, 400, 600]
    last = lines[-1]
    assert set(last) == {"event", "run", "accuracy", "loss", "seconds"}
    assert last["event"] == "finished"
    assert 0.60 < last["accuracy"] < 0.75
    listed = command(store, "runs", "--json")
    (row,) = [r for r in map(json.loads, listed.stdout.splitlines()) if r["run"] == last["run"]]
    assert (row["status"], row["accuracy"]) == ("finished", last["accuracy"])
    again = command(store, "evaluate", last["run"], "--json")
    assert json.loads(again.stdout)["accuracy"] == last["accuracy"]
    assert json.loads(again.stdout)["loss"] == pytest.approx(last["loss"], abs=1e-6)


def test_help_names_the_defaults_that_hold_where_nothing_is_chosen() -> None:
    parameters = inspect.signature(train_command()).parameters
    assert (
        parameters["epochs"].annotation.__metadata__[0].help
        == "A whole number from 1 to 200, or up to 1,000 where INKLING_MAX_EPOCHS allows it. Default: 10."
    )
    assert parameters["batch_size"].annotation.__metadata__[0].help.endswith("Default: 100.")


def test_train_speaks_article_1s_words(store: Path) -> None:
    done = command_here(store, "train", "--train-size", "2000", "--epochs", "1", "--eval-every", "10")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].startswith("Iteration: 10. Loss: ")
    assert lines[-2].startswith("Final Accuracy: ")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ("train", "--learning-rate", "nan"),
            2,
            "--learning-rate must be a number from 0.000001 to 100, not “nan”",
        ),
        (("train", "--epochs", "99999"), 2, "--epochs must be a whole number from 1 to 200, not “99999”."),
        (("train", "--preset", "none"), 2, "--preset must be one of default, mnist-article"),
        (("train", "--dataset", "letters"), 2, "--dataset must be one of mnist"),
        (("train", "--nonsense"), 2, "There is no option --nonsense."),
        (("train", "--validation-size", "60000", "--epochs", "1"), 2, "not “60000”"),
        (("evaluate", "nowhere"), 1, "There is no run “nowhere”"),
        (("train", "--preset", "diverges"), 1, "Try a learning rate of 10"),
    ],
)
def test_what_cannot_be_is_told_in_a_line_with_its_exit_code(
    store: Path, words, code: int, told: str
) -> None:
    done = command_here(store, *words)
    assert done.exit_code == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_leaves_a_run_that_can_be_resumed(store: Path) -> None:
    environment = os.environ | {"INKLING_STORE": f"sqlite:///{store}", "INKLING_MAX_EPOCHS": "1000"}
    line = [sys.executable, "-m", "core", "train", "--epochs", "1000", "--json"]
    running = subprocess.Popen(
        line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    for text in running.stdout:
        if json.loads(text).get("step", 0) >= 200:
            break
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=300)
    assert running.returncode == 130
    assert "can be resumed" in told
    row = json.loads(command_here(store, "runs", "--json").stdout.splitlines()[0])
    assert row["status"] == "interrupted"
    assert row["step"] >= 200


def test_a_number_that_is_none_is_null_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"loss": float("nan"), "values": {"rates": [float("inf"), 0.5]}, "name": "a\n"})
    assert capsys.readouterr().out == '{"loss": null, "values": {"rates": [null, 0.5]}, "name": "a\\n"}\n'
