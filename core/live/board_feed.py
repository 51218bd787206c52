"""The board of a class as all its viewers see it: read once for all of them, and its weight images, a few at a time."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from PIL import Image

from core.classroom.board import BoardEntry, Boards
from core.datasets import DatasetError, dataset_spec
from core.figures.weight_images import quantise, symmetric_limit
from core.insight.first_layer import SHOWN_UNITS, first_layer
from core.runs import RunRow, Store, StoreError

SIDE: Final = 14  # pixels of a weight image on the board
EVERY_S: Final = 0.2  # the least time between two looks at a class
IMAGES_EVERY_S: Final = 1.0  # the least time between two looks at a run's weights
MOST_IMAGES: Final = 4  # runs whose weights one look reads, and as many again that have none yet


@dataclass(frozen=True)
class TileImages:
    """A run's weights at a step as int8 codes (K, SIDE, SIDE) in [-15, 15], K <= 10."""

    step: int
    codes: np.ndarray


@dataclass(frozen=True)
class Board:
    """A class at one moment: its members with their runs, and the runs' weight images by run id.

    is_read: whether anybody has looked; before that nothing is known, not even that there is nobody.
    """

    entries: tuple[BoardEntry, ...] = ()
    images: Mapping[str, TileImages] = field(default_factory=dict)
    is_read: bool = False


@dataclass
class _Read:
    """When a run's weights were read (time.monotonic), and at which revision of the run."""

    at: float
    revision: int


class BoardFeed:
    """One class's board, kept up to date by `refresh`; safe for many viewers at once."""

    def __init__(self, classroom_id: str) -> None:
        self._classroom_id = classroom_id
        self._board = Board()
        self._images: dict[str, TileImages] = {}
        self._read: dict[str, _Read] = {}
        self._looked_at = -np.inf
        self._lock = threading.Lock()

    def refresh(self, store: Store) -> Board:
        """Return the board as it stands, or as it was read a moment ago.  Raises: UnknownClassroom, StoreError."""
        with self._lock:
            if time.monotonic() - self._looked_at >= EVERY_S:
                entries = tuple(Boards(store).entries(self._classroom_id))
                self._read_images([entry.run for entry in entries if entry.run], store)
                self._board = Board(entries, dict(self._images), is_read=True)
                self._looked_at = time.monotonic()
            return self._board

    def _read_images(self, runs: list[RunRow], store: Store) -> None:
        """Read the weights of a few runs that have got on, of those first whose images are oldest."""
        known = {run.id for run in runs}
        for gone in self._read.keys() - known:
            del self._read[gone]
            self._images.pop(gone, None)
        now = time.monotonic()
        changed = [run for run in runs if run.step and self._is_due(run, now)]
        fresh = [run for run in changed if run.id not in self._images]
        older = sorted(
            (run for run in changed if run.id in self._images), key=lambda run: self._read[run.id].at
        )
        for run in [*fresh[:MOST_IMAGES], *older[:MOST_IMAGES]]:
            self._read[run.id] = _Read(now, run.revision)
            images = tile_images(run, store)
            if images is not None:
                self._images[run.id] = images

    def _is_due(self, run: RunRow, now: float) -> bool:
        read = self._read.get(run.id)
        return read is None or (run.revision != read.revision and now - read.at >= IMAGES_EVERY_S)


def tile_images(run: RunRow, store: Store) -> TileImages | None:
    """Return the run's newest weights as a board shows them, None where there are none to be had."""
    try:
        newest = store.newest_weights(run.id)
        layer = first_layer(newest[1], dataset_spec(run.dataset)) if newest else None
    except (DatasetError, StoreError, ValueError):  # one run's fault leaves the board its other tiles
        return None
    if newest is None or layer is None:
        return None
    shown = layer.weights[:SHOWN_UNITS]
    images = shown.reshape(len(shown), *layer.shape).mean(axis=1)  # colours as one
    small = np.stack([_resized(image) for image in np.nan_to_num(images)])
    return TileImages(newest[0], quantise(small, symmetric_limit(small)))


def _resized(image: np.ndarray) -> np.ndarray:
    """Return one image, float32 (H, W), at SIDE x SIDE: each pixel the mean of what it covers."""
    picture = Image.fromarray(np.ascontiguousarray(image, np.float32))
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
