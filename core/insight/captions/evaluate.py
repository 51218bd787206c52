"""Captions of the Evaluate page and of comparisons."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.datasets.shortage import never_tested
from core.i18n.number_format import FEWEST_FOR_PERCENT, plain
from core.i18n.translation import _, ngettext, together
from core.insight.adversarial import Adversary
from core.insight.calibration import Reliability, ThresholdCurve
from core.insight.captions.run_summary import too_few
from core.insight.confusion import Pair
from core.insight.corruptions import DAMAGES
from core.insight.metrics import ClassScore, Mistake, Summary
from core.insight.published_results import Published
from core.insight.robustness import Curve

Names = Sequence[str]


def summary(result: Summary) -> str:
    """Say the accuracy on test images, with its interval, and what a second guess would bring."""
    if result.n < FEWEST_FOR_PERCENT:
        return too_few(round(result.accuracy.share * result.n), result.n)
    return _(
        "It recognises {share:percent} of {n} images it had never seen. On other images like these, expect "
        "{low:percent} to {high:percent} (95% confidence interval). With two guesses, it is right on "
        "{top2:percent} (top-2 accuracy).",
        share=result.accuracy.share,
        n=result.n,
        low=result.accuracy.low,
        high=result.accuracy.high,
        top2=result.top2,
    )


def class_scores(scores: Sequence[ClassScore], names: Names) -> str:
    """Say which class is found best, which worst, and which were never tested."""
    untested = [names[score.label] for score in scores if not score.support]
    found = _found([score for score in scores if score.support], names, are_all=not untested)
    return together(found, never_tested(untested)) if untested else found


def _found(scores: Sequence[ClassScore], names: Names, *, are_all: bool) -> str:
    """Say which of the classes that have test images, at least one, is found best and which worst."""
    best, worst = max(scores, key=lambda s: s.recall), min(scores, key=lambda s: s.recall)
    if len(scores) == 1:
        return _(
            "Only {name} was tested: {recall:share} recognised (its recall).",
            name=names[best.label],
            recall=(round(best.recall * best.support), best.support),
        )
    if best.recall == worst.recall and not are_all:
        return _(
            "Every class that was tested is recognised equally well: {recall:percent} (its recall).",
            recall=best.recall,
        )
    if best.recall == worst.recall:
        return _("Every class is recognised equally well: {recall:percent} (its recall).", recall=best.recall)
    return _(
        "Best at {best}: {best_recall:share} recognised (its recall). Worst at {worst}: "
        "{worst_recall:share}.",
        best=names[best.label],
        best_recall=(round(best.recall * best.support), best.support),
        worst=names[worst.label],
        worst_recall=(round(worst.recall * worst.support), worst.support),
    )


def confusion(worst: Pair | None, names: Names) -> str:
    """Say which two classes are confused most."""
    if worst is None:
        return _("Every image was recognised.")
    return _(
        "{a} and {b} are confused most: {n} of their {total} images.",
        a=names[worst.a],
        b=names[worst.b],
        n=worst.count,
        total=worst.total,
    )


def cell(number: int, total: int, true: str, answer: str) -> str:
    """Say what a cell of the confusion matrix holds; total: images of class `true`."""
    if not total:
        return never_tested([true])
    if true == answer:
        return ngettext(
            "{n} of {total} images of {true} was recognised ({share:percent}).",
            "{n} of {total} images of {true} were recognised ({share:percent}).",
            number,
            total=total,
            true=true,
            share=number / total,
        )
    return ngettext(
        "{n} of {total} images of {true} was predicted as {answer} ({share:percent}).",
        "{n} of {total} images of {true} were predicted as {answer} ({share:percent}).",
        number,
        total=total,
        true=true,
        answer=answer,
        share=number / total,
    )


def mistakes(found: Sequence[Mistake], names: Names) -> str:
    """Say what the surest mistake was."""
    if not found:
        return _("There are no mistakes to show.")
    first = found[0]
    return _(
        "Its most confident mistake is image {index}: it is labelled {label}, but the model was "
        "{share:percent} sure of {answer}.",
        index=first.index,
        label=names[first.label],
        answer=names[first.answer],
        share=first.confidence,
    )


def reliability(result: Reliability) -> str:
    """Say whether the model is too sure of itself or too modest."""
    gap = result.gap
    if abs(gap) < 0.005:
        verdict = _("On average, its confidence matches its accuracy.")
    elif gap > 0:
        verdict = _(
            "It is overconfident: on average, its confidence is {points:number.1} percentage points above its "
            "accuracy.",
            points=100 * gap,
        )
    else:
        verdict = _(
            "It is underconfident: on average, its confidence is {points:number.1} percentage points below its "
            "accuracy.",
            points=-100 * gap,
        )
    error = _(
        "Bar by bar, confidence and accuracy are {points:number.1} points apart on average (expected "
        "calibration error).",
        points=100 * result.ece,
    )
    return " ".join([verdict, error])


def threshold(curve: ThresholdCurve, minimum: float) -> str:
    """Say how many answers remain at the threshold nearest to `minimum`, and how many of them are right."""
    i = int(np.argmin(np.abs(curve.thresholds - minimum)))
    answered, least = int(curve.answered[i]), float(curve.thresholds[i])
    if not answered:
        return _("It is never {least:percent.0} sure, so it answers nothing.", least=least)
    kept = _(
        "Answering only when at least {least:percent.0} sure, it answers {answered} of {n} images and is right "
        "on {accuracy:percent} of those.",
        least=least,
        answered=answered,
        n=curve.n,
        accuracy=float(curve.accuracy[i]),
    )
    withheld = ngettext(
        "{n} correct answer is withheld.",
        "{n} correct answers are withheld.",
        int(curve.right[0] - curve.right[i]),
    )
    return " ".join([kept, withheld])


def robustness(curves: Mapping[str, Curve]) -> str:
    """Say at which strength each model has lost half of its accuracy; curves: model name -> its curve."""
    damage = DAMAGES[next(iter(curves.values())).damage]
    lost = [f"{plain(c.half_gone)} ({name})" for name, c in curves.items() if c.half_gone is not None]
    kept = [name for name, curve in curves.items() if curve.half_gone is None]
    if not lost:
        return _(
            "{damage} ({axis}): at least half of the accuracy is left at every strength tried. Models: "
            "{kept:list}.",
            damage=damage.label,
            axis=damage.axis,
            kept=kept,
        )
    said = [
        _(
            "{damage} ({axis}): more than half of the accuracy is lost at {lost:list}.",
            damage=damage.label,
            axis=damage.axis,
            lost=lost,
        )
    ]
    if kept:
        said.append(_("At least half is left at every strength tried: {kept:list}.", kept=kept))
    return " ".join(said)


def adversary(found: Adversary | None, names: Names) -> str:
    """Say how little it takes to fool the model on one image."""
    if found is None:
        return _("No change of this kind, however strong, flips this prediction.")
    return _(
        "Making each pixel lighter or darker by at most {share:percent} of full brightness changes the "
        "prediction from {before} to {after}.",
        share=found.epsilon,
        before=names[found.before],
        after=names[found.after],
    )


def published(accuracy: float, figures: Sequence[Published], model: str) -> str:
    """Say where a run stands among the published figures for its kind of model."""
    like = [figure for figure in figures if figure.model == model]
    if not like:
        return _(
            "This run reaches {accuracy:percent}. No published result for this kind of model is listed.",
            accuracy=accuracy,
        )
    best = max(like, key=lambda figure: figure.accuracy)
    return ngettext(
        "This run reaches {accuracy:percent}. The only published result listed for its kind of model is "
        "{best:percent} ({method}).",
        "This run reaches {accuracy:percent} and beats {below} of the {n} published results listed for its "
        "kind of model. The best of them is {best:percent} ({method}).",
        len(like),
        accuracy=accuracy,
        below=sum(figure.accuracy < accuracy for figure in like),
        best=best.accuracy,
        method=best.method,
    )
