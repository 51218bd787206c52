"""The pictures that a model of any kind can be watched by: the weights that touch the pixels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.datasets.catalog import DatasetSpec
from core.i18n.translation import _

SHOWN_UNITS = 10


@dataclass(frozen=True)
class FirstLayer:
    """Weights as images: `weights` float32 (K, C*h*w), `shape` (C, h, w), one label each, and what they are."""

    weights: np.ndarray
    shape: tuple[int, int, int]
    labels: tuple[str, ...]
    caption: str
    is_classes: bool = False  # one image per class, so that the labels may carry the classes' colours


def first_layer(state: Mapping[str, np.ndarray], spec: DatasetSpec) -> FirstLayer:
    """Return the weights next to the pixels of a softmax regression, MLP or CNN, from its state.

    Of hidden units and filters the first SHOWN_UNITS are shown, in their own order, so that none jumps.
    Raises: ValueError for the state of another kind of model.
    """
    if "linear.weight" in state:
        caption: str = _("One image per class: red pixels speak for it, blue ones against.")
        return FirstLayer(state["linear.weight"], spec.image_shape, spec.class_names, caption, True)
    if "hidden1.weight" in state:
        weights = state["hidden1.weight"]
        labels = tuple(_("unit {number}", number=i + 1) for i in range(min(SHOWN_UNITS, len(weights))))
        caption = _(
            "The first {shown} of {total} hidden units: red pixels activate a unit, blue ones hold it back.",
            shown=len(labels),
            total=len(weights),
        )
        return FirstLayer(weights[:SHOWN_UNITS], spec.image_shape, labels, caption)
    if "conv1.weight" in state:
        filters = state["conv1.weight"]
        _filters, C, h, w = filters.shape
        labels = tuple(_("filter {number}", number=i + 1) for i in range(min(SHOWN_UNITS, len(filters))))
        caption = _(
            "The first {shown} of {total} filters, {height} × {width} pixels each.",
            shown=len(labels),
            total=len(filters),
            height=h,
            width=w,
        )
        return FirstLayer(filters[:SHOWN_UNITS].reshape(len(labels), -1), (C, h, w), labels, caption)
    raise ValueError(
        f"no first layer is known of a model with {', '.join(list(state)[:4])}"
    )  # not said: for programmers
