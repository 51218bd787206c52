"""Captions of the Evaluate page and of comparisons."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.i18n.number_format import count, listed, percent
from core.insight.adversarial import Adversary
from core.insight.calibration import Reliability, ThresholdCurve
from core.insight.confusion import Pair
from core.insight.corruptions import DAMAGES
from core.insight.metrics import ClassScore, Mistake, Summary
from core.insight.published_results import Published
from core.insight.robustness import Curve

Names = Sequence[str]


def summary(result: Summary, plural: str, seen: bool = False) -> str:
    """Say the accuracy with its interval; `seen`: whether the model was trained on these images."""
    which = "it was trained on" if seen else "it had never seen"
    low, high = percent(result.accuracy.low), percent(result.accuracy.high)
    return (
        f"{percent(result.accuracy.share)} of {result.n:,} {plural} {which} (95% interval {low} to {high}). "
        f"Two guesses instead of one: {percent(result.top2)}."
    )


def class_scores(scores: Sequence[ClassScore], names: Names) -> str:
    """Say which class is found best and which worst."""
    present = [score for score in scores if score.support]
    best, worst = max(present, key=lambda s: s.recall), min(present, key=lambda s: s.recall)
    first = f"Best at {names[best.label]} ({percent(best.recall)} found)"
    return f"{first}, worst at {names[worst.label]} ({percent(worst.recall)})."


def confusion(worst: Pair | None, names: Names) -> str:
    """Say which two classes are confused most."""
    if worst is None:
        return "No image was answered wrongly."
    return f"{names[worst.a]} and {names[worst.b]} are confused most: {worst.count:,} of {worst.total:,}."


def cell(number: int, total: int, true: str, answer: str) -> str:
    """Say what a cell of the confusion matrix holds; total: images of class `true`."""
    if true == answer:
        return f"{number:,} of {total:,} images of {true} were recognised ({percent(number / total)})."
    return f"{number:,} of {total:,} images of {true} were taken for {answer} ({percent(number / total)})."


def mistakes(found: Sequence[Mistake], names: Names) -> str:
    """Say what the surest mistake was."""
    if not found:
        return "There is no mistake to show."
    first = found[0]
    return (
        f"Its surest mistake is image {first.index:,}: labelled {names[first.label]}, answered "
        f"{names[first.answer]}, {percent(first.confidence)} sure."
    )


def reliability(result: Reliability) -> str:
    """Say whether the model is too sure of itself or too modest."""
    gap = result.gap
    if abs(gap) < 0.005:
        verdict = "On average it is as sure as it is right"
    else:
        verdict = f"It is too {'sure of itself' if gap > 0 else 'modest'}, by {100 * abs(gap):.1f} points on average"
    return f"{verdict}; bin by bin the two differ by {percent(result.ece)} (expected calibration error)."


def threshold(curve: ThresholdCurve, minimum: float) -> str:
    """Say how many answers remain at the threshold nearest to `minimum`, and how many of them are right."""
    i = int(np.argmin(np.abs(curve.thresholds - minimum)))
    answered = int(curve.answered[i])
    if not answered:
        return f"It is never {percent(float(curve.thresholds[i]))} sure: no answer is left."
    return (
        f"Answering only when at least {percent(float(curve.thresholds[i]))} sure leaves {answered:,} of {curve.n:,} "
        f"answers, {percent(float(curve.accuracy[i]))} of them right, and "
        f"{int(curve.right[0] - curve.right[i]):,} right ones unsaid."
    )


def robustness(curves: Mapping[str, Curve]) -> str:
    """Say at which strength each model has lost half of its accuracy; curves: model name -> its curve."""
    first = next(iter(curves.values()))
    damage = DAMAGES[first.damage]
    parts = []
    for name, curve in curves.items():
        if curve.half_gone is None:
            parts.append(f"{name} keeps more than half of its accuracy throughout")
        else:
            strength = f"{curve.half_gone:g}".replace("-", "−")
            parts.append(f"{name} has lost half of its accuracy at {strength}")
    return f"{damage.label} ({damage.axis}): {listed(parts)}."


def adversary(found: Adversary | None, names: Names) -> str:
    """Say how little it takes to fool the model on one image."""
    if found is None:
        return "Following the gradient does not change this answer at any strength."
    return (
        f"Moving each pixel by at most {255 * found.epsilon:.1f} of 255 grey levels turns the answer from "
        f"{names[found.before]} to {names[found.after]}."
    )


def published(accuracy: float, figures: Sequence[Published], model: str) -> str:
    """Say where a run stands among the published figures for its kind of model."""
    like = [figure for figure in figures if figure.model == model]
    if not like:
        return f"This run: {percent(accuracy)}. No published figure for this kind of model is listed."
    below = sum(figure.accuracy < accuracy for figure in like)
    best = max(like, key=lambda figure: figure.accuracy)
    return (
        f"This run's {percent(accuracy)} is above {below} of "
        f"{count(len(like), 'published figure', 'published figures')} for its kind of model; "
        f"the best of them is {percent(best.accuracy)} ({best.method})."
    )
