"""The command line on consoles of any encoding, and into files: no name stops it, and none steers the terminal."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.runs import Store
from core.runs.schema import RUNS
from core.training.loop import train
from tests.nasty_names import NASTY_NAMES

ROOT = Path(__file__).resolve().parents[3]
CONSOLES = {
    "C": {"LANG": "C", "LC_ALL": "C"},
    "ascii": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "cp1252": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
}


@pytest.fixture(scope="module")
def store_path(tmp_path_factory: pytest.TempPathFactory, mnist: ImageData) -> Path:
    """Return the file of a store with a run of every nasty name, and one whose name an earlier version let in."""
    path = tmp_path_factory.mktemp("console") / "inkling.db"
    store = Store(f"sqlite:///{path}")
    config = RunConfig(train_size=200, epochs=1)
    events = list(train(mnist, config, threads=1))
    for number, name in enumerate((*NASTY_NAMES, "old")):
        store.add_finished_run(config, events, run_id=f"run{number:05}", name=name)
    with store.database.write() as connection:
        connection.execute(RUNS.update().where(RUNS.c.name == "old").values(name="\x1b]0;mine\x07\u202eold"))
    store.close()
    return path


NOT_ASCII: Final = tuple(name for name in NASTY_NAMES if not name.isascii())
MANY: Final = """
import json, sys
from core.cli.app import main
for words in json.load(sys.stdin):
    try:
        main(words)
    except SystemExit as end:
        print(end.code or 0)
"""


def commands(store: Path, console: str, out: Path, lines: list[list[str]]) -> list[str]:
    """Run commands one after the other in one process, both outputs in one file; return what it holds, a line each."""
    environment = os.environ | {"INKLING_STORE": f"sqlite:///{store}"} | CONSOLES[console]
    with out.open("wb") as file:
        subprocess.run(
            [sys.executable, "-u", "-c", MANY], cwd=ROOT, env=environment, input=json.dumps(lines).encode(),
            stdout=file, stderr=subprocess.STDOUT, timeout=300, check=True,
        )  # fmt: skip
    told = out.read_bytes()
    assert not {byte for byte in told if byte < 32} - {10, 13}
    return told.decode("cp1252" if console == "cp1252" else "utf-8").splitlines()


def as_shown(text: str, console: str) -> str:
    """Return the text with what the console lacks written as Python writes it."""
    encoding = "cp1252" if console == "cp1252" else "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def command(store: Path, console: str, out: Path, *words: str) -> tuple[int, bytes, bytes]:
    """Run a command with its output in a file; return (exit code, what it wrote, its errors)."""
    environment = os.environ | {"INKLING_STORE": f"sqlite:///{store}"} | CONSOLES[console]
    with out.open("wb") as file:
        line = [sys.executable, "-m", "core", *words]
        done = subprocess.run(
            line, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.PIPE, timeout=300, check=False
        )
    return done.returncode, out.read_bytes(), done.stderr


@pytest.mark.parametrize("console", CONSOLES)
def test_runs_are_listed_on_any_console_without_steering_it(
    console: str, store_path: Path, tmp_path: Path
) -> None:
    code, told, errors = command(store_path, console, tmp_path / "out", "runs", "--limit", "100")
    assert (code, errors) == (0, b"")
    assert not {byte for byte in told if byte < 32} - {10, 13}
    text = told.decode("cp1252" if console == "cp1252" else "utf-8")
    lines = text.splitlines()
    assert len(lines) == len(NASTY_NAMES) + 1
    assert lines[0].endswith("\\x1b]0;mine\\x07\\u202eold")
    if console == "utf-8":
        for line, name in zip(reversed(lines[1:]), NASTY_NAMES, strict=True):
            assert line.endswith("  " + " ".join(name.split()))


@pytest.mark.parametrize(
    "every",
    [pytest.param(8, id="each name by an eighth"), pytest.param(1, id="all", marks=pytest.mark.long)],
)
@pytest.mark.parametrize(
    ("console", "names"),
    [pytest.param("C", NASTY_NAMES), pytest.param("cp1252", NOT_ASCII, marks=pytest.mark.long)],
)
def test_every_command_shows_what_it_was_given_letter_by_letter(
    console: str, names: tuple[str, ...], every: int, store_path: Path, mnist: ImageData, tmp_path: Path
) -> None:
    """Runs by their names, files, and whatever is refused: a name of any letters goes in and comes out.

    every: each name goes by each `every`th command only, and the next name by those that follow them.
    """
    from PIL import Image

    lines, expected = [], []
    for place, name in enumerate(names):
        file = tmp_path / f"{name.replace('/', ':')[:60]}.png"
        Image.fromarray(np.array(mnist.test_images[0, 0])).save(file)
        run = f"run{NASTY_NAMES.index(name):05}"
        nowhere, copy = f"{tmp_path}/no/{file.name}", file.with_suffix(".csv")
        by_all = (
            (["evaluate", "--", name], 0, f"Run {run}, step 2: test loss"),
            (["evaluate", "--", f"no {name}"], 1, f"Error: There is no run “{f'no {name}'[:40]}”. It may"),
            (["export", "--format", "csv", "--output", str(copy), "--", name], 0, str(copy)),
            (["export", "--format", f"no {name}", run], 2, f"bundle, not “no {name}”."),
            (
                ["export", "--output", nowhere, run],
                1,
                f"Error: {nowhere} cannot be written (there is no such",
            ),
            (["import", nowhere], 2, f"Error: {nowhere} cannot be read (there is no such"),
            (["backup", nowhere], 1, f"Error: {nowhere} cannot be written (there is no such"),
            (["restore", nowhere], 1, f"Error: {nowhere} cannot be restored (there is no such"),
            (["predict", "--run", "softmax-mnist", str(file)], 0, f"{file}: 7 ("),
            (
                ["predict", "--run", f"no {name}", str(file)],
                2,
                f"Error: There is no run “{f'no {name}'[:40]}”.",
            ),
            (["train", "--preset", f"no {name}"], 2, f"cnn, not “no {name}”."),
            (["train", "--optimizer", f"no {name}"], 2, f"and rmsprop, not “no {name}”."),
            (["train", f"no {name}"], 2, f"Error: There is no place for “no {name}” here. For help:"),
            (["runs", "--limit", f"no {name}"], 2, f"from 1 to 10,000, not “no {name}”."),
            ([f"no {name}"], 2, f"Error: There is no command “no {name}”. There are"),
            ([f"--no {name}"], 2, "Error: There is no option --no"),
        )
        for words, code, told in by_all[place % every :: every]:
            lines.append(words)
            expected.append((as_shown(told, console), str(code)))
    shown = iter(commands(store_path, console, tmp_path / "out", lines))
    for words, (told, code) in zip(lines, expected, strict=True):
        answer = []
        for line in shown:
            answer.append(line)
            if line == code:
                break
            assert not re.fullmatch(r"\d+", line), (words, answer)
        assert any(told in line for line in answer), (words, told, answer)


def test_json_holds_every_name_as_it_is(store_path: Path, tmp_path: Path) -> None:
    _, told, _ = command(store_path, "cp1252", tmp_path / "out", "runs", "--limit", "100", "--json")
    names = {json.loads(line)["name"] for line in told.splitlines()}
    assert {" ".join(name.split()) for name in NASTY_NAMES} <= names


@pytest.mark.skipif(sys.platform == "win32", reason="file names there are text")
def test_a_file_name_that_is_no_text_or_steers_a_terminal_is_shown_escaped(
    store_path: Path, mnist: ImageData, tmp_path: Path
) -> None:
    from PIL import Image

    paths = [os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/\xff.png", b"/\x1b[31m.png")]
    for path in paths:
        with open(path, "wb") as file:  # noqa: PTH123 - a name that is no text
            Image.fromarray(np.array(mnist.test_images[0, 0])).save(file, "PNG")
    code, told, errors = command(
        store_path, "utf-8", tmp_path / "out", "predict", *paths, str(tmp_path / "\x07")
    )
    assert code == 1
    assert b"\\udcff.png: 7" in told
    assert b"\\x1b[31m.png: 7" in told
    assert b"\\x07: " in errors
    assert b"\x1b" not in told + errors


def test_a_name_that_cannot_be_shown_is_refused(store_path: Path, tmp_path: Path) -> None:
    code, _, errors = command(
        store_path, "C", tmp_path / "out", "train", "--name", "a\x1b[31mb", "--epochs", "1"
    )
    assert code == 1
    assert b"The name has a character that cannot be shown, \\x1b" in errors
    code, _, errors = command(store_path, "C", tmp_path / "out", "evaluate", "no\x1bsuch")
    assert code == 1
    assert "There is no run “no\\x1bsuch”".encode() in errors
