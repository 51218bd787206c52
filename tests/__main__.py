"""Run pytest in several processes: `python -m tests [-n PROCESSES] [PYTEST'S OPTIONS]`.

A browser test that fails is run once more, alone, at the end. If it then passes the run is green, and both outcomes
are printed: such a test, or what it looks at, has a fault to find.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

IN_A_BROWSER = ("tests/e2e/", "tests/faults/test_app_")
SOME_FAILED = 1  # pytest's exit status
SHARED = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "15")


def main(options: Sequence[str]) -> int:
    """Run the tests and return the exit status, 0 if each passed, in its first or its second try."""
    with TemporaryDirectory() as cache:
        pytest = [sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}"]
        status = subprocess.call([*pytest, *SHARED, *options])
        failed = last_failed(cache)
        if status != SOME_FAILED or not failed or not all(name.startswith(IN_A_BROWSER) for name in failed):
            return status
        print(f"\nOnce more, alone: {len(failed)} in a browser", flush=True)
        status = subprocess.call([*pytest, *options, "--last-failed", "-n", "0"])
        again = last_failed(cache)
        for name in failed:
            print(f"{name}: failed beside others, then {'failed again' if name in again else 'passed'} alone")
        return status


def last_failed(cache: str) -> list[str]:
    """Return the ids of the tests that failed, from pytest's cache, which is written at the end of a run."""
    path = Path(cache, "v/cache/lastfailed")
    return sorted(json.loads(path.read_text())) if path.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
