"""A port in use is said before anything else, with one that is free."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.free_port import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["127.0.0.1", ""])
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    """Give a port that another program uses, at one address or at all."""
    with socket.create_server((request.param, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_refused_with_one_that_is_free(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(str(taken)) == 1
    said = capsys.readouterr().out
    assert f"Port {taken} is in use" in said
    free = re.search(r"make run PORT=(\d+)", said)
    assert free is not None
    with socket.create_server(("127.0.0.1", int(free[1]))):
        pass


def test_a_free_port_needs_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert main(str(port)) == 0
    assert capsys.readouterr().out == ""


def test_another_address_of_the_port_is_nobodys_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "127.0.0.2")
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert main(str(server.getsockname()[1])) == 0


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(port) == 1
    assert f"got {port!r}" in capsys.readouterr().out


def test_make_run_says_it_before_it_installs_or_names_an_address(taken: int, tmp_path: Path) -> None:
    (tmp_path / "Makefile").symlink_to(ROOT / "Makefile")
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "STREAMLIT_"))}
    done = subprocess.run(
        ["make", "run", f"PORT={taken}"], cwd=tmp_path, env=outside, capture_output=True, text=True
    )
    assert done.returncode
    assert done.stdout.startswith(f"Port {taken} is in use by another program.")
    assert "http" not in done.stdout
    assert not (tmp_path / ".venv").exists()
