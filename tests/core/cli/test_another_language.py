"""The command line in a language of no words: nothing that a person reads stands outside of the catalogue."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from core.cli.app import make_app
from core.cli.train import ConsoleReporter
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.datasets.user_datasets import create_own
from core.i18n.reader import Reader, read_by
from core.runs import Store
from core.runs.run_labels import STATUSES
from core.training.loop import train
from tests.pseudo import LANGUAGE, words_outside, write_pseudo_catalogue

DATASET = tuple(f"dataset {action}" for action in ("list", "give", "share", "delete"))
CLASSROOM = tuple(f"classroom {action}" for action in ("create", "list", "key", "end"))
COMMANDS = (
    *("train", "evaluate", "predict", "runs", "export", "import", "dataset", "backup", "operator", "restore"),
    *(*DATASET, "dataset export", "dataset import", "dataset restore", "classroom", *CLASSROOM),
)
NAMES = frozenset({"python", "core", *(word for command in COMMANDS for word in command.split())})
ARTICLE = frozenset({"Iteration", "Loss", "Accuracy", "Final"})  # its log is printed as the article has it
_CODE = re.compile(r"--[a-z0-9-]+|<[^>]*>")  # options, and the types of their values


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pseudo") / "locales"
    write_pseudo_catalogue(folder)
    return folder


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory, mnist: ImageData) -> str:
    """Return the address of a store with two runs: one has ended, one waits."""
    url = f"sqlite:///{tmp_path_factory.mktemp('cli') / 'inkling.db'}"
    store = Store(url)
    config = RunConfig(train_size=200, epochs=1)
    store.add_finished_run(config, list(train(mnist, config, threads=1)), run_id="ended001", name="42")
    store.create(config, name="43", queue=False)
    store.close()
    return url


@pytest.fixture(autouse=True)
def _pseudo(locales: Path, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("INKLING_LOCALES", str(locales))
    monkeypatch.setenv("INKLING_STORE", store_url)
    monkeypatch.setenv("COLUMNS", "400")  # a cut word would lose its bracket
    monkeypatch.chdir(tmp_path)
    with read_by(Reader(LANGUAGE)):
        yield


def told(*words: str) -> Result:
    return CliRunner().invoke(make_app(), words, prog_name="python -m core", catch_exceptions=False)


def outside(text: str, known: frozenset[str] = frozenset()) -> list[str]:
    return words_outside(_CODE.sub(" ", text), NAMES | known)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command: str) -> None:
    done = told(*command.split(), "--help")
    assert done.exit_code == 0
    assert done.output.count("⟦") > 4
    assert outside(done.output) == []


def test_without_a_command_the_help_is_shown() -> None:
    assert outside(told().output) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("nosuch", 2),
        ("--nosuch", 2),
        ("--help=3", 2),
        ("train --nosuch", 2),
        ("train --lerning-rate 1", 2),
        ("train 5", 2),
        ("train --json=3", 2),
        ("train --epochs", 2),
        ("train --epochs 7.5", 2),
        ("train --epochs 999", 2),
        ("train --learning-rate nan", 2),
        ("train --model 5", 2),
        ("train --hidden-sizes 5,", 2),
        ("train --kernel-size 2", 2),
        ("train --learning-rate-changes 5", 2),
        ("train --dataset 5", 2),
        ("train --dataset own:abc", 1),
        ("train --nesterov", 2),
        ("train --preset 5", 2),
        ("train --validation-size 60000", 2),
        ("train --start-from 5", 1),
        ("train --name a\x07", 1),
        ("runs --limit 0", 2),
        ("runs --limit 5.5", 2),
        ("evaluate", 2),
        ("evaluate 5", 1),
        ("evaluate 43", 1),
        ("export 43 --format html", 1),
        ("export 42 --format 5", 2),
        ("export 42 --output /0/0", 1),
        ("predict", 2),
        ("predict 5", 1),
        ("predict .", 1),
        ("predict 1 --run 5", 2),
        ("predict 1", 1),
        ("import 5", 2),
        ("import 1", 1),
        ("import 1.safetensors", 1),
        ("import 1.safetensors --dataset 5", 2),
        ("dataset 5", 2),
        ("dataset share 5 link", 2),
        ("dataset share 5 6", 2),
        ("dataset give 5", 2),
        ("dataset give 5 6", 2),
        ("dataset give 5 6666666", 2),
        ("dataset export 5 6", 2),
        ("dataset import 5", 2),
        ("dataset import 1", 2),
        ("dataset import 1 --like 5", 2),
        ("classroom create", 2),
        ("classroom create 7\x07", 2),
        ("classroom create 5 --last-day 5", 2),
        ("classroom create 5 --last-day 1999-12-31", 2),
        ("classroom create 5 --nicknames 5", 2),
        ("classroom key 5", 2),
        ("classroom end 5", 2),
        ("classroom end 5 --delete", 2),
        ("backup /0/0", 1),
        ("backup 1", 1),
        ("restore 5", 1),
        ("restore 1", 1),
        ("restore .", 1),
    ],
)
def test_refusals(words: str, code: int) -> None:
    for name in ("1", "1.safetensors"):
        Path(name).write_bytes(b"no file of any kind")
    done = told(*words.split(" "))
    assert done.exit_code == code, done.output
    assert "⟦" in done.output
    assert outside(without_frames(done.output), frozenset({"safetensors"})) == []


def without_frames(output: str) -> str:
    """Return what was told without "Error: …" and "… For help: …" around it: English within them would not be seen."""
    return re.sub(
        r"(?m)⟦(.*) For help: .*? --help[ö ]*⟧", r"\1", re.sub(r"(?m)^⟦Error: (.*?)[ö ]*⟧$", r"\1", output)
    )


def test_a_refused_setting_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_CORES", "many")
    done = told("runs")
    assert done.exit_code == 2
    assert "INKLING_CORES" in done.stderr
    assert outside(done.stderr) == []


def test_a_damaged_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1.db").write_bytes(b"no database, but longer than its head of a hundred bytes" * 9)
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / '1.db'}")
    done = told("runs")
    assert "⟦" in done.stderr
    assert outside(done.output) == []


def test_progress() -> None:
    (task,) = ConsoleReporter("ended001", as_json=False, is_quiet=False, without_test="")._progress.tasks
    assert task.description.startswith("⟦Steps")


def test_what_commands_tell(mnist: ImageData) -> None:
    Image.fromarray(np.array(mnist.test_images[0, 0])).save("7.png")
    Image.new("L", (28, 28)).save("0.png")
    for words, known in (
        ("train --train-size 200 --epochs 1 --name 44", ARTICLE),
        ("runs", frozenset({"mnist", "softmax", "ended"})),
        ("evaluate ended001", ARTICLE),
        ("predict 7.png 0.png", frozenset({"png"})),
        ("export 42 --format csv --output 1.csv", frozenset({"csv"})),
        ("backup 1.zip", frozenset({"zip"})),
        ("restore 1.zip", frozenset({"zip"})),
    ):
        done = told(*words.split())
        assert done.exit_code == 0, done.output
        ids = frozenset(re.findall(r"^[a-z0-9]{8}\b", done.output, re.MULTILINE))
        letters = {part for id_ in ids for part in re.findall(r"[a-z]{2,}", id_)}
        assert outside(done.output, known | letters) == [], words
        assert "⟦" in done.output or "csv" in words


def test_what_the_list_of_datasets_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "data"))  # in the common one lie those of other tests
    none = told("dataset", "list").output
    made = create_own("44", ["0", "1"], (1, 28, 28))
    some = told("dataset", "list").output
    assert made.name in some
    for told_words in (none, some.replace(made.name, "")):
        assert "⟦" in told_words
        assert outside(told_words) == []


def test_what_commands_tell_of_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'classes.db'}")
    none = told("classroom", "list").output
    code = json.loads(told("classroom", "create", "7", "--json").stdout)["code"]
    said = [none, *(told(*words).output for words in (("classroom", "create", "8"), ("classroom", "list")))]
    said += [told("classroom", "key", code).output, told("classroom", "end", code, "--delete").output]
    said.append(told("classroom", "end", code, "--keep-runs", "--yes").output)
    for output in said:
        assert "⟦" in output
        assert outside(re.sub(r"\b(?=\w*[A-Z])[A-Z2-9-]{4,19}\b", "", output)) == [], (
            "codes and keys have letters"
        )


def test_json_is_english_with_the_names_of_the_code() -> None:
    runs = [json.loads(line) for line in told("runs", "--json").stdout.splitlines()]
    assert {"finished", "created"} <= {run["status"] for run in runs} <= STATUSES.keys()
    lines = told("train", "--train-size", "200", "--epochs", "1", "--json").stdout.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["started", "evaluated", "evaluated", "finished"]
    failed = json.loads(told("train", "--start-from", "5", "--json").stdout.splitlines()[-1])
    assert failed["message"] == "There are no weights of run “5” to start from."
    assert failed["values"]["problems"][0]["values"]["setting"] == "start_from"
    unread = json.loads(told("predict", "5", "--json").stdout)
    assert (unread["error"], unread["code"]) == (
        "It cannot be read (there is no such file or folder).",
        "unreadable_file",
    )
