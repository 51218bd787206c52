"""A model's answer in words: in large letters what it reads, beneath how sure it is; and its ten bars."""

from typing import Final, Literal

from core.datasets import DatasetSpec
from core.i18n.translation import N_, _
from core.prediction.predict import Prediction
from core.prediction.thing_sentences import DRAW, NO_SIGN_OF, NOTHING_LIKE, SHOW, TOO_SMALL, about

Question = Literal["drawing", "missing", "picture"]
"""What is asked about: the canvas, a picture that is yet to come, or one that is there."""
_DIGITS: Final = frozenset("0123456789")
# By `article`: English has one before a digit, while other names stand alone ("Ankle boot").
_SURE: Final = {"a": N_("It is a {name}"), "an": N_("It is an {name}"), "": "{name}"}
_PERHAPS: Final = {
    "a": N_("Perhaps a {name}"),
    "an": N_("Perhaps an {name}"),
    "": N_("Perhaps {name}"),
}


def bars_sentence(answer: Prediction, spec: DatasetSpec) -> str:
    """Return the bars in words."""
    if not answer.is_asked:
        return _("Empty bars, one for each class: there is no answer yet.")
    return _(
        "Probabilities: {name} {share:percent}, {other} {second:percent}, the others less.",
        **_two_likeliest(answer, spec),
    )


def headline(answer: Prediction, spec: DatasetSpec, question: Question = "drawing") -> tuple[str, str]:
    """Return the answer in large letters and the line beneath it."""
    name = spec.class_names[answer.best]
    if answer.kind == "empty":
        return _nothing(spec, question)
    if answer.kind == "tiny":
        remedy = (
            _("This is only a dot. Draw it larger, with the same pen.")
            if question == "drawing"
            else _("This is only a dot. Move closer to it.")
        )
        return about(TOO_SMALL, spec), remedy
    if answer.kind == "unlike":
        return about(NOTHING_LIKE, spec), _("Best guess: {name} (low confidence).", name=name)
    likeliest = _two_likeliest(answer, spec)
    if answer.kind == "unusual":
        small = _("{share:percent} sure, but it is unlike most images that the model has seen.", **likeliest)
        return _(_PERHAPS[article(name)], name=name), small
    if answer.kind == "unsure":
        small = _("Not sure: {name} {share:percent}, {other} {second:percent}.", **likeliest)
        return _(_PERHAPS[article(name)], name=name), small
    return _(_SURE[article(name)], name=name), _(
        "{share:percent} sure; the next best guess is {other}.", **likeliest
    )


def _nothing(spec: DatasetSpec, question: Question) -> tuple[str, str]:
    if question == "drawing":
        return about(DRAW, spec), _("The answer appears here as soon as you lift the pen.")
    if question == "missing":
        return about(SHOW, spec), _("The answer appears here as soon as there is a picture.")
    return about(NO_SIGN_OF, spec), _("Nothing in this picture stands out from its background.")


def _two_likeliest(answer: Prediction, spec: DatasetSpec) -> dict[str, str | float]:
    first, second = answer.best, answer.second
    return {
        "name": spec.class_names[first],
        "share": float(answer.probabilities[first]),
        "other": spec.class_names[second],
        "second": float(answer.probabilities[second]),
    }


def article(name: str) -> str:
    """Return what English says before a digit, "a" or "an"; "" for any other name, which stands alone."""
    if name not in _DIGITS:
        return ""
    return "an" if name == "8" else "a"
