"""Slow looks at a whole dataset, made once in a process of their own and kept in the data folder.

    python -m core.insight.embedding_cache mnist tsne

Kinds: "tsne" lays a sample of the training images out in two dimensions; "neighbours" finds every training
image's nearest others (15 s for 60,000).
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from core import datasets
from core.datasets import ImageData, data_folder
from core.datasets.atomic_files import whole_file
from core.datasets.data_dir import SURVEYS
from core.insight.embedding import Neighbourhood, coordinates, fit_space, flat_map, neighbourhood, sample_of

KINDS: Final = ("tsne", "neighbours")
MAPPED: Final = 2_000  # images on a map: readable, and half a megabyte with their pictures
NEIGHBOURS: Final = 10
REPOSITORY: Final = Path(__file__).resolve().parents[2]


def cache_path(data: ImageData, kind: str, data_dir: Path) -> Path:
    """Return where an embedding is kept; the name changes with the dataset's content.

    Raises: ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")  # not said: for programmers
    return data_dir / SURVEYS / f"{data.spec.name.replace(':', '-')}-{data.fingerprint[:16]}-{kind}.npz"


def mapped_sample(data: ImageData) -> np.ndarray:
    """Return the positions int64 (<= MAPPED,) of the training images that maps show, rising."""
    return sample_of(len(data.train_labels), MAPPED, seed=0)


def read_map(path: Path) -> np.ndarray | None:
    """Return the map float32 (n, 2) kept at `path`, None if there is none that can be read."""
    arrays = _read(path)
    return None if arrays is None else arrays["points"]


def read_neighbours(path: Path) -> Neighbourhood | None:
    """Return the neighbourhood kept at `path`, None if there is none that can be read."""
    arrays = _read(path)
    return None if arrays is None else Neighbourhood(arrays["indices"].astype(np.int64), arrays["distances"])


def is_whole(path: Path) -> bool:
    """Return whether the embedding at `path` is there and can be read; one that is damaged is removed."""
    return _read(path) is not None


def make(data: ImageData, kind: str, data_dir: Path) -> Path:
    """Make an embedding and keep it; return where.  Raises: ValueError for another kind, OSError."""
    path = cache_path(data, kind, data_dir)
    makers: dict[str, Callable[[], dict[str, np.ndarray]]] = {
        "tsne": lambda: {"points": flat_map(_points(data, mapped_sample(data)), "tsne")},
        "neighbours": lambda: _neighbours(data),
    }
    arrays = makers[kind]()
    with whole_file(path) as unfinished:
        np.savez(unfinished, **arrays)  # type: ignore[arg-type]
    return path


def start(name: str, kind: str, data_dir: Path) -> "subprocess.Popen[str]":
    """Return the process that makes the embedding of dataset `name`; its errors are on its stderr."""
    command = [sys.executable, "-m", "core.insight.embedding_cache", name, kind, str(data_dir)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdin=quiet, stdout=quiet, stderr=subprocess.PIPE, text=True
    )


def _points(data: ImageData, index: np.ndarray) -> np.ndarray:
    return coordinates(fit_space(data.train_images), data.train_images[index])


def _neighbours(data: ImageData) -> dict[str, np.ndarray]:
    near = neighbourhood(_points(data, np.arange(len(data.train_labels))), NEIGHBOURS)
    return {"indices": near.indices.astype(np.int32), "distances": near.distances}


def _read(path: Path) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, BadZipFile):  # damaged: out of the way, to be made again
        with suppress(OSError):
            path.unlink()
        return None


def main(name: str, kind: str, data_dir: str) -> None:
    """Make one embedding, giving way to everything else on the machine."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    folder = data_folder(data_dir)
    make(datasets.load(name, folder), kind, folder)


if __name__ == "__main__":
    main(*sys.argv[1:4])
