"""A practice of a class as a process of its own: started by a teacher, watched, and ended when it is to end.

The process is ended by the end of its standard input, so that it goes when the app does, however that ends.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from streamlit import config

from core.access.rules import SYSTEM
from core.classroom.practice import Practice, Practices
from core.runs import StoreError
from pages.server.addresses import ANY
from pages.server.background import begin, is_ending
from pages.server.base_path import prefix_of
from pages.server.services import system_store
from pages.server.visitor import renew_roles, store

LOG: Final = logging.getLogger("inkling.practice")
ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = "benchmarks.practice"
JOIN_WITHIN_S: Final = 60.0
LOOK_S: Final = 0.5  # between two looks at whether it is to go on
OVERTIME_S: Final = 600.0  # beyond its minutes, to join in and to train to the end
REFUSALS: Final = (1, 2)  # exit codes: it could not begin or go on, and says why last
LEAVE_S: Final = 12.0  # that it is given to say what it measured
LEAVE_WITH_APP_S: Final = 0.8


def is_there() -> bool:
    """Return whether the program was installed with the app."""
    return (ROOT / PROGRAM.replace(".", os.sep)).with_suffix(".py").is_file()


def start_practice(classroom_id: str, students: int, minutes: int) -> Practice:
    """Return a new practice of the class, which is under way.  Raises: as Practices.start."""
    practice = Practices(store()).start(classroom_id, students, minutes)
    renew_roles()
    begin(partial(_watch, practice), "practice")
    return practice


def own_address() -> str:
    """Return the address at which this computer itself reaches the app."""
    host = config.get_option("server.address") or ANY[0]
    host = "127.0.0.1" if host in ANY else f"[{host}]" if ":" in host else host
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    prefix = prefix_of(config.get_option("server.baseUrlPath") or "")
    return f"{scheme}://{host}:{config.get_option('server.port')}{prefix}"  # not said: an address


def command(practice: Practice) -> list[str]:
    """Return how the program is called for this practice."""
    return [
        *(sys.executable, "-m", PROGRAM, practice.code, "--address", own_address()),
        *("--students", str(practice.students), "--minutes", str(practice.minutes)),
        *("--join-within", str(JOIN_WITHIN_S), "--json", "--ends-with-input"),
    ]  # not said: a command


def _watch(practice: Practice) -> None:
    """Run the practice's process to its end, and note what it measured."""
    practices = Practices(system_store().acting_as(SYSTEM))
    figures: dict[str, Any] = {}
    words = ""
    try:
        with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
            code = _run(practices, practice, printed, said)
            figures = _figures_in(printed)
            if not figures and code in REFUSALS:
                words = _text_of(said).rpartition("\n")[2]
    except OSError as error:
        LOG.warning("The practice of a class was not started: %s", error)
    finally:
        practices.let_go(practice.classroom_id, figures, words)


def _run(practices: Practices, practice: Practice, printed: IO[bytes], said: IO[bytes]) -> int:
    """Return the exit code of the practice's process, which has ended."""
    process = subprocess.Popen(
        command(practice),
        stdin=subprocess.PIPE,
        stdout=printed,
        stderr=said,
        cwd=ROOT,
        env=_environment(),
        start_new_session=True,
    )
    assert process.stdin is not None
    try:
        latest_end = time.monotonic() + 60 * practice.minutes + OVERTIME_S
        while process.poll() is None and time.monotonic() < latest_end and _is_wanted(practices, practice):
            if is_ending(LOOK_S):
                break
    finally:
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(LEAVE_WITH_APP_S if is_ending() else LEAVE_S)
        except subprocess.TimeoutExpired:
            _kill(process)
    return process.wait()


def _is_wanted(practices: Practices, practice: Practice) -> bool:
    try:
        return practices.is_wanted(practice.classroom_id)
    except StoreError:  # it is busy, and says so another time
        return True


def _environment() -> dict[str, str]:
    """Return what the program has of this process's environment: nothing of the store, and no proxy on its way here."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("INKLING_") and not name.lower().endswith("_proxy")
    }


def _figures_in(printed: IO[bytes]) -> dict[str, Any]:
    """Return what was printed as JSON, {} where the program did not come to that."""
    try:
        figures = json.loads(_text_of(printed))
    except ValueError:
        return {}
    return figures if isinstance(figures, dict) else {}


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace").strip()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and everything in its session."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
