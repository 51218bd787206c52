"""Prepared arrays on disk: `.npy` files in a folder of their own, and one manifest that names and seals them.

The manifest is replaced in one step and written last, so a reader sees the old set, the new set or none.
"""

import hashlib
import io
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.atomic_files import TEMPORARY, damage, flush_to_disk, seal, sweep, whole_file
from core.datasets.image_data import ARRAY_NAMES, VALIDATION_NAMES

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_SEAL: Final = {"size", "mtime_ns", "sha256"}


@dataclass
class Manifest:
    """What a folder of prepared arrays holds; `source` identifies the content it was made from.

    `arrays` and `raw` map a file (arrays: a name; raw: a path under the data folder) to its seal. `spec` is
    the DatasetSpec of a dataset of one's own as JSON types, empty for those of the catalog.
    """

    source: str
    folder: str
    arrays: dict[str, dict[str, Any]]
    raw: dict[str, dict[str, Any]]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    spec: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, home: Path) -> None:
        """Put this manifest in place, whole."""
        with whole_file(home / MANIFEST) as path:
            path.write_text(json.dumps(vars(self), indent=1), encoding="utf-8")

    def array_path(self, home: Path, name: str) -> Path:
        """Return where the array `name` lies under `home`."""
        return home / self.folder / f"{name}.npy"


def read_manifest(home: Path, source: str | None) -> Manifest | None:
    """Return the manifest in `home`; None if there is none, it cannot be read, or it is of another source.

    source: what it must be made from; None takes any.
    """
    try:
        values = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**values)
        readable = manifest.format == FORMAT and source in (None, manifest.source)
        readable = readable and _are_whole(manifest.arrays) and manifest.folder.isalnum()
        readable = readable and all(
            s.keys() >= _SEAL for s in (*manifest.arrays.values(), *manifest.raw.values())
        )
        manifest.mean, manifest.std = tuple(manifest.mean), tuple(manifest.std)
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return None
    return manifest if readable else None


def _are_whole(arrays: Mapping[str, Any]) -> bool:
    """Return whether these are the arrays of a dataset, with or without validation images of its own."""
    return {*arrays} in ({*ARRAY_NAMES}, {*ARRAY_NAMES, *VALIDATION_NAMES})


def write_arrays(home: Path, arrays: Mapping[str, NDArray[Any]], source: str, **facts: Any) -> Manifest:
    """Write `arrays` into a new folder under `home`, then the manifest, then remove older folders.

    Call it under the dataset's lock. Processes that map the older arrays keep them until they let go.
    """
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)
    folder = home / secrets.token_hex(8)
    temporary = home / f"{TEMPORARY}{os.getpid()}-{folder.name}"
    try:
        temporary.mkdir()
        seals = {}
        for name, values in arrays.items():
            path = temporary / f"{name}.npy"
            seals[name] = seal(path, _save(path, values))
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    manifest = Manifest(source=source, folder=folder.name, arrays=seals, **{"raw": {}, **facts})
    manifest.write(home)
    for older in home.iterdir():
        if older.is_dir() and older != folder:
            shutil.rmtree(older, ignore_errors=True)  # on Windows a mapped file stays until the next time
    return manifest


def _save(path: Path, values: NDArray[Any]) -> str:
    """Write a .npy file and return its SHA-256; unlike with np.save, a full disk is told by its errno."""
    values = np.ascontiguousarray(values)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(values))
    content = values.reshape(-1).view(np.uint8).data
    running = hashlib.sha256(header.getvalue())
    running.update(content)
    with path.open("wb") as file:
        file.write(header.getvalue())
        file.write(content)
    flush_to_disk(path)
    return running.hexdigest()


def array_damage(home: Path, manifest: Manifest) -> list[str]:
    """Return one sentence for each array file that is missing, truncated or altered."""
    found = []
    for name, expected in manifest.arrays.items():
        path = manifest.array_path(home, name)
        if wrong := damage(path, expected):
            found.append(wrong)
    return found


def open_arrays(home: Path, manifest: Manifest) -> dict[str, NDArray[Any]]:
    """Return the arrays as copy-on-write maps: pages are shared until written, and never written back."""
    return {name: np.load(manifest.array_path(home, name), mmap_mode="c") for name in manifest.arrays}
