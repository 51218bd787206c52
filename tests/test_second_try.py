"""`python -m tests`: a browser test that fails beside others has a second try, alone; no other test has."""

from pathlib import Path

import pytest

from tests.__main__ import main

FAILS_AT_FIRST = """
from pathlib import Path
import pytest

def test_whose_page_came_late():
    tries = Path("tries")
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    assert len(tries.read_text()) > {times}

def test_of_something_else():
    pass
"""


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, made the current one, with its own settings of pytest."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(tmp_path)
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path: Path, times: int) -> None:
    """Write a file with a test that fails so many times, and one that passes."""
    path.parent.mkdir(parents=True)
    path.write_text(FAILS_AT_FIRST.format(times=times))


@pytest.mark.parametrize(("times", "status", "outcome"), [(1, 0, "passed"), (2, 1, "failed again")])
def test_a_browser_test_is_tried_once_more_alone_and_both_outcomes_are_printed(
    tried: Path, capfd: pytest.CaptureFixture[str], times: int, status: int, outcome: str
) -> None:
    write(tried / "tests/e2e/test_page.py", times)
    assert main(["-n", "1"]) == status
    printed = capfd.readouterr().out
    assert "1 failed, 1 passed" in printed
    name = "tests/e2e/test_page.py::test_whose_page_came_late"
    assert f"{name}: failed beside others, then {outcome} alone" in printed
    assert (tried / "tries").read_text() == "xx"


def test_any_other_failure_is_final(tried: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tried / "tests/core/test_sum.py", 1)
    assert main(["-n", "1"]) == 1
    assert "alone" not in capfd.readouterr().out
    assert (tried / "tries").read_text() == "x"
