"""Work beside the pages: its result, its error, and the server's end while it goes on."""

import logging
import logging.handlers
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.server.background import begin, is_ending

ROOT = Path(__file__).resolve().parents[3]
ENDS = """
from pages.server.background import begin, is_ending

def work():
    while not is_ending(0.05):
        pass
    print("left off", flush=True)

begin(work, "patient")
"""


def test_its_result_and_its_error_are_held() -> None:
    assert begin(lambda: 6 * 7, "sum").result(120) == 42
    with pytest.raises(ZeroDivisionError):
        begin(lambda: 1 / 0, "no sum").result(120)
    assert not is_ending()


def test_at_the_servers_end_it_is_told_and_given_a_moment() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "left off\n"), done.stderr


def test_streamlit_does_not_warn_of_its_thread() -> None:
    logger = logging.getLogger(get_script_run_ctx.__module__)
    said = logging.handlers.BufferingHandler(10)
    logger.addHandler(said)
    try:
        begin(get_script_run_ctx, "without a script").result(120)
    finally:
        logger.removeHandler(said)
    assert not said.buffer
