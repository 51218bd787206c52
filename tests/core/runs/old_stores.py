"""Stores that earlier commits made, as files: see stores/make_store.py."""

import zipfile
from pathlib import Path
from typing import Any, Final

FILES: Final = Path(__file__).with_name("stores")
COMMITS: Final = ("43dcad8", "aebdc40")

RUNS: Final[dict[str, tuple[str, str, int]]] = {  # name -> owner, status, step
    "a visitor's": ("ada-0123456789ab", "finished", 6),
    "on own data": ("ada-0123456789ab", "finished", 15),
    "another's": ("bob-0123456789ab", "finished", 6),
    "nobody's": ("", "finished", 6),
    "from the command line": ("command-line", "finished", 3),
    "stopped": ("ada-0123456789ab", "stopped", -1),
    "paused": ("ada-0123456789ab", "paused", 3),
    "interrupted": ("bob-0123456789ab", "interrupted", -1),
    "queued": ("ada-0123456789ab", "queued", 0),
}
TRIALS: Final = [("ada-0123456789ab", "finished", 15)] * 2  # of the search, whose names have changed
ACCURACIES: Final = {
    "a visitor's": 0.5811,
    "on own data": 1.0,
    "another's": 0.1452,
    "nobody's": 0.1452,
    "from the command line": 0.1607,
    "stopped": 0.1548,
    "paused": 0.089,
    "interrupted": 0.1548,
}


def unpack(commit: str, data: Path) -> Path:
    """Put the commit's store and own data into the data folder; return the store's file."""
    with zipfile.ZipFile(FILES / f"{commit}.zip") as archive:
        archive.extractall(data)
    return data / "inkling.db"


def described(rows: list[Any]) -> dict[str, tuple[str, str, int]]:
    """Return the runs as RUNS has them; how far stopped and interrupted ones came, no clock can tell (-1)."""
    unknown = ("stopped", "interrupted")
    return {row.name: (row.owner, row.status, -1 if row.status in unknown else row.step) for row in rows}
