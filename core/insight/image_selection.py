"""Which images a gallery shows: chosen by class and by answer, page by page."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Page:
    """One page of a gallery: page `number`, from 1, of `pages`, which show `total` images, `size` on each."""

    indices: Indices
    number: int
    pages: int
    total: int
    size: int

    @property
    def first(self) -> int:
        """Position of the page's first image among all, counted from 1; 0 if there is none."""
        return (self.number - 1) * self.size + 1 if self.total else 0


def select(
    labels: Indices, label: int | None = None, answers: Indices | None = None, right: bool | None = None
) -> Indices:
    """Return the indices of the images of class `label` (None: all) that were answered right or wrong.

    labels, answers: (N,). `right`: True or False keeps the right or wrong answers only and needs `answers`.
    """
    chosen = np.ones(len(labels), bool) if label is None else labels == label
    if right is not None:
        if answers is None:
            raise ValueError(
                "to choose right or wrong answers, give the answers"
            )  # not said: for programmers
        chosen = chosen & ((answers == labels) == right)
    return np.flatnonzero(chosen)


def page(indices: Indices, number: int, size: int) -> Page:
    """Return page `number` of `indices`, `size` to a page; a number beyond the ends gives the nearest page.

    Raises: ValueError for a size that is not > 0.
    """
    if size <= 0:
        raise ValueError(f"size must be > 0, got {size}")  # not said: for programmers
    pages = max(1, -(-len(indices) // size))
    number = min(max(number, 1), pages)
    return Page(indices[(number - 1) * size : number * size], number, pages, len(indices), size)
