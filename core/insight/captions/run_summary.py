"""What a finished run amounts to, in two sentences made from its own numbers."""

from collections.abc import Sequence

import numpy as np

from core.datasets import ImageData
from core.datasets.shortage import changed_since_tested, never_tested, no_test_images
from core.datasets.statistics import names_without
from core.i18n.number_format import FEWEST_FOR_PERCENT
from core.i18n.translation import _, ngettext, together
from core.insight.metrics import are_scores_of


def verdict(logits: np.ndarray, data: ImageData, accuracy: float | None, left_out: int = -1) -> str:
    """Return the run's result in words: accuracy, the best class, the worst and what it is taken for; which class was
    never learned; which classes were never tested.

    logits: float32 (N, K), final scores on the test set; accuracy: what was counted with them. Of other images than
    the test set has now they say nothing. left_out: the class whose images were not learned from, -1 for none.
    """
    labels, spec = data.test_labels, data.spec
    if not len(labels):
        return no_test_images(spec).message
    if not are_scores_of(data, logits, accuracy):
        return changed_since_tested(spec)
    said = _result(logits, labels, spec.class_names)
    if left_out >= 0:
        name = spec.class_names[left_out]
        said = together(said, _("It was trained without images of class “{name}”.", name=name))
    return with_untested(said, labels, spec.class_names)


def with_untested(sentence: str, labels: np.ndarray, names: Sequence[str]) -> str:
    """Return the sentence about test images, and another about classes that have none of them, if there are any."""
    untested = names_without(labels, names)
    return together(sentence, never_tested(untested)) if untested else sentence


def _result(logits: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> str:
    """Say how many test images are recognised, and which of the classes that have some best and worst."""
    answers = logits.argmax(axis=1)
    right = answers == labels
    K = logits.shape[1]
    found, totals = (np.bincount(of, minlength=K) for of in (labels[right], labels))
    recalls = np.array([n / total if total else np.nan for n, total in zip(found, totals, strict=True)])
    best, worst = int(np.nanargmax(recalls)), int(np.nanargmin(recalls))
    wrong = answers[(labels == worst) & ~right]
    if len(labels) < FEWEST_FOR_PERCENT:
        return too_few(int(right.sum()), len(labels))
    values = {
        "share": float(right.mean()),
        "n": len(labels),
        "best": names[best],
        "best_share": (int(found[best]), int(totals[best])),
        "worst": names[worst],
        "worst_share": (int(found[worst]), int(totals[worst])),
    }
    if np.nanmin(recalls) == np.nanmax(recalls):
        return _("It recognises {share:percent} of {n} images it had never seen.", **values)
    if not len(wrong):
        return _(
            "It recognises {share:percent} of {n} images it had never seen. It is best at {best} "
            "({best_share:share.0}) and worst at {worst} ({worst_share:share.0}).",
            **values,
        )
    return _(
        "It recognises {share:percent} of {n} images it had never seen. It is best at {best} "
        "({best_share:share.0}) and worst at {worst} ({worst_share:share.0}), which it most often mistakes "
        "for {other}.",
        **values,
        other=names[int(np.bincount(wrong, minlength=K).argmax())],
    )


def short_verdict(total: int, accuracy: float | None) -> str:
    """Return the result in words for who may not see the test images: of how many it recognises which share."""
    if not total or accuracy is None:
        return _("It was not tested on any images.")
    if total < FEWEST_FOR_PERCENT:
        return too_few(round(accuracy * total), total)
    return _("It recognises {share:percent} of {n} images it had never seen.", share=accuracy, n=total)


def too_few(right: int, total: int) -> str:
    """Say how many of a few test images are recognised, which is no measure."""
    return ngettext(
        "It recognises {right} of {n} image it had never seen: too few to tell how good it is.",
        "It recognises {right} of {n} images it had never seen: too few to tell how good it is.",
        total,
        right=right,
    )
