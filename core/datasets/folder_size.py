"""How much of the disk a folder takes, while others may be changing it."""

import os
from contextlib import suppress
from pathlib import Path


def folder_bytes(folder: Path) -> int:
    """Return how many bytes the files in the folder have, at any depth; 0 for one that is not there."""
    total = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            with suppress(OSError):  # gone since
                total += Path(place, name).lstat().st_size
    return total
