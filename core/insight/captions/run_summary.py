"""What a finished run amounts to, in two sentences made from its own numbers."""

import numpy as np

from core.datasets.catalog import DatasetSpec
from core.i18n.number_format import percent


def verdict(logits: np.ndarray, labels: np.ndarray, spec: DatasetSpec) -> str:
    """Return the run's result in words: accuracy, the best class, the worst and what it is taken for.

    logits: float32 (N, K), final scores on the test set; labels: int64 (N,).
    """
    answers = logits.argmax(axis=1)
    right = answers == labels
    K = logits.shape[1]
    recalls = np.array([right[labels == k].mean() if (labels == k).any() else np.nan for k in range(K)])
    best, worst = int(np.nanargmax(recalls)), int(np.nanargmin(recalls))
    wrong = answers[(labels == worst) & ~right]
    names = spec.class_names
    text = (
        f"{percent(right.mean())} of {len(labels):,} {spec.plural} it had never seen. "
        f"Best at {names[best]} ({percent(recalls[best], 0)}), "
        f"worst at {names[worst]} ({percent(recalls[worst], 0)})"
    )
    if not len(wrong):
        return text + "."
    return text + f", which it takes for {names[np.bincount(wrong, minlength=K).argmax()]} most often."
