"""The type checker as a test: half a minute of one core, which the others use meanwhile."""

import subprocess
import sys
from pathlib import Path


def test_mypy_finds_no_fault() -> None:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=root, capture_output=True, text=True)
    assert not done.returncode, done.stdout
