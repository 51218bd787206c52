"""What every command shares: the store, a run by its id, errors as a shell user expects them."""

import io
import json
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer

from core.classroom.errors import ClassroomError, ClassroomRefused, UnknownClassroom
from core.config.app_settings import Settings, SettingsError
from core.config.environment import from_environment
from core.config.run_config import ConfigError
from core.config.setting_labels import refusal
from core.datasets import DatasetError
from core.i18n.literal_text import console_text, is_showable
from core.i18n.translation import _
from core.runs import RunRow, Store, StoreError, UnknownRun

USAGE_ERROR: Final = 2
FAILURE: Final = 1
INTERRUPTED: Final = 130  # as shells report Ctrl+C


def write_to_any_console() -> None:
    """Have what the console's encoding lacks written as \\u2026 rather than fail: a file, a pipe, an older terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, *, err: bool = False) -> None:
    """Write lines of text for people, with nothing in them that a terminal would obey."""
    typer.echo(console_text(text, lines=True), err=err)


def say_json(values: Mapping[str, Any]) -> None:
    """Write one JSON object on a line, for scripts; a number that is none, or infinite, is null."""
    typer.echo(json.dumps(_finite(values), allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def fail(message: str, code: int = FAILURE) -> NoReturn:
    """End with `message` on standard error."""
    say(_("Error: {message}", message=message), err=True)
    raise typer.Exit(code)


def option_of(setting: str) -> str:
    """Return the option by which a setting is given: "learning_rate" -> "--learning-rate"."""
    return f"--{setting.replace('_', '-')}"


@contextmanager
def told_errors() -> Iterator[None]:
    """Turn errors that people can mend into one line and an exit code: 2 for a bad value, 1 for the rest."""
    try:
        yield
    except ConfigError as error:
        fail(refusal(error, option_of), USAGE_ERROR)
    except (SettingsError, ClassroomRefused, UnknownClassroom) as error:
        fail(str(error), USAGE_ERROR)
    except (StoreError, DatasetError, ClassroomError) as error:
        fail(str(error))


def open_store() -> tuple[Store, Settings]:
    """Return the run store and the settings of this installation; ready runs in it are this version's."""
    from core.pretrained.registry import renew_shipped  # here: `--help` does without

    settings = from_environment()
    store = Store(settings=settings)
    renew_shipped(store)
    for notice in store.notices:
        say(notice, err=True)
    return store, settings


def named_run(store: Store, name: str) -> RunRow:
    """Return the run with this id, or the newest with this name.  Raises: UnknownRun, UnreadableRun."""
    if not is_showable(name):  # no store can look for it
        raise UnknownRun(name)
    kept = " ".join(name.split())  # as the store keeps names
    rows, unreadable = store.listing(search=kept, limit=100)
    if alike := [row for row in rows if row.name == kept]:
        return alike[0]
    for problem in unreadable:
        if problem.run == kept:
            raise problem
    return store.get(name)
