"""Where the data are kept: one folder, chosen by INKLING_DATA."""

import os
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SURVEYS: Final = "surveys"  # folder in it for what took long to compute and can be computed again


def data_folder(data_dir: Path | str | None = None) -> Path:
    """Return the data folder: `data_dir` if given, else INKLING_DATA, else `data/` beside app.py."""
    return Path(data_dir or os.environ.get("INKLING_DATA") or REPOSITORY / "data").expanduser().absolute()
