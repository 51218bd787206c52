"""The command line in the language and the time zone of the shell that calls it; scripts get English and codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.app import make_app
from core.cli.setting_help import help_of
from core.cli.shell_reader import shell_reader
from core.config.presets import DEFAULT
from core.config.query_string import parse_field
from core.config.run_config import FIELD_NAMES
from core.i18n.reader import Reader, read_by
from tests.catalogues import write_catalogue

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = {
        "List the runs in the store, newest first.": "Die Läufe im Speicher, neueste zuerst.",
        "A number from {low} to {high}.": "Eine Zahl von {low} bis {high}.",
        "Default: {value}.": "Vorgabe: {value}.",
        "Error: {message}": "Fehler: {message}",
        "There is no run “{run}”.": "Es gibt keinen Lauf „{run}“.",
        "This is a folder. Give the names of the pictures in it.": "Das ist ein Ordner.",
    }
    write_catalogue(tmp_path / "locales", "de", sentences)
    write_catalogue(tmp_path / "locales", "pt_BR", {})
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path / "locales"))
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'inkling.db'}")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de@euro"}, "de"),
        ({"LANG": "pt_BR.UTF-8"}, "pt_BR"),
        ({"LANG": "pt_PT.UTF-8"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_ALL": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "de"),
        ({"LANG": "de_DE", "LANGUAGE": "fr:pt_BR:de"}, "pt_BR"),
        ({"LANG": "../../etc"}, "en"),
    ],
)
def test_the_shell_says_the_language_and_a_catalogue_must_be_there(environment, language) -> None:
    assert shell_reader(environment).language == language


def test_times_are_those_of_the_machine() -> None:
    program = "from core.cli.shell_reader import shell_reader; print(shell_reader({}).time_zone)"
    zones = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for zone in ("Asia/Tokyo", "no-such-zone")
    ]
    assert zones == ["Asia/Tokyo", "None"]


def test_a_command_speaks_the_language_of_the_shell_and_another_one_of_the_next() -> None:
    def said(*words: str, **environment: str) -> str:
        line = [sys.executable, "-m", "core", *words]
        done = subprocess.run(line, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
        return done.stdout + done.stderr

    assert "Die Läufe im Speicher" in said("--help", LANGUAGE="de", PYTHONIOENCODING="utf-8")
    assert "List the runs in the store" in said("--help", LANGUAGE="en")
    refused = said("evaluate", "nobody", LANGUAGE="de", PYTHONIOENCODING="utf-8")
    assert "Fehler: Es gibt keinen Lauf „nobody“." in refused


def test_texts_are_read_when_the_command_line_is_made() -> None:
    with read_by(Reader("de")):
        assert help_of("learning_rate") == "Eine Zahl von 0,000001 bis 100. Vorgabe: 0.1."
        shown = CliRunner().invoke(make_app(), ["--help"]).stdout
    assert "neueste zuerst" in shown
    assert "newest first" in CliRunner().invoke(make_app(), ["--help"]).stdout


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_the_help_names_the_default_that_a_run_without_options_has(name: str) -> None:
    default = getattr(DEFAULT, name)
    shown = help_of(name).partition("Default: ")[2].removesuffix(".")
    if isinstance(default, bool):
        assert shown == ("on" if default else "off")
    elif shown == "none" and default != "none":
        assert default in ("", ())
    else:
        assert parse_field(name, shown) == default


def test_help_says_what_else_a_number_must_be() -> None:
    assert (
        help_of("epochs")
        == "A whole number from 1 to 200, or up to 1,000 where INKLING_MAX_EPOCHS allows it. Default: 10."
    )
    assert help_of("kernel_size").startswith("An odd number from 1 to 9.")
    assert "0 means all images" in help_of("train_size")


def test_scripts_get_english_codes_and_raw_values(tmp_path: Path) -> None:
    with read_by(Reader("de")):
        done = CliRunner().invoke(make_app(), ["predict", str(tmp_path), "--json"])
        plain = CliRunner().invoke(make_app(), ["predict", str(tmp_path)])
    assert json.loads(done.stdout) == {
        "file": str(tmp_path),
        "error": "This is a folder. Give the names of the pictures in it.",
        "code": "folder",
        "values": {},
    }
    assert plain.stderr == f"{tmp_path}: Das ist ein Ordner.\n"


def test_a_run_that_diverges_is_told_to_scripts_by_its_code() -> None:
    words = ["train", "--preset", "diverges", "--train-size", "2000", "--epochs", "60", "--json"]
    done = CliRunner().invoke(make_app(), words)
    assert done.exit_code == 1
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["event"], last["code"]) == ("diverged", "diverged")
    assert "values" in last
    assert {"message", "remedy", "step", "run"} < set(last)
    assert "learning rate" in last["message"]
