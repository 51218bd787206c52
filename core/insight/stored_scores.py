"""A run's final scores as the store keeps them, where they are still of the test images that there are."""

import numpy as np
from numpy.typing import NDArray

from core.datasets.image_data import ImageData
from core.insight.metrics import are_scores_of
from core.runs import RunRow, Store


def stored_scores(store: Store, run: RunRow, data: ImageData) -> NDArray[np.float32] | None:
    """Return the scores (N, K) of the run's end on `data`'s test set; None for none, and for those of other images.

    Raises: StoreError.
    """
    logits = store.logits(run.id)
    if logits is None or not len(logits) or not are_scores_of(data, logits, run.test_accuracy):
        return None
    return logits


def right_answers(store: Store, run: RunRow, data: ImageData) -> NDArray[np.bool_] | None:
    """Return which test images (N,) the run reads right in the end; None where `stored_scores` has none.

    Raises: StoreError.
    """
    logits = stored_scores(store, run, data)
    return None if logits is None else np.asarray(logits.argmax(axis=1) == data.test_labels)
