"""Captions of the Weights page."""

from collections.abc import Sequence

import numpy as np

from core.i18n.number_format import rest_of
from core.i18n.translation import _, ngettext
from core.insight.activations import UnitContributions, UnitUse
from core.insight.evidence import Arithmetic, Difference
from core.insight.metrics import Summary
from core.insight.weight_analysis import DecisionBoundary, Neighbours, WeightTrajectory
from core.models.softmax_regression import Array

Names = Sequence[str]


def weight_images(weight: Array, bias: Array, names: Names) -> str:
    """Say which class has the strongest weight and which the largest bias; weight (K, D), bias (K,)."""
    if not np.any(weight):
        return _("All weights are zero: nothing has been learned yet.")
    strongest = int(np.abs(weight).max(axis=1).argmax())
    said = [
        _("Red pixels speak for a class, blue ones against it."),
        _(
            "The strongest weight of all is {weight:signed}, in {strongest}.",
            weight=float(weight[strongest].flat[int(np.abs(weight[strongest]).argmax())]),
            strongest=names[strongest],
        ),
    ]
    if np.any(bias):
        favoured = int(np.argmax(bias))
        said.append(
            _(
                "Each class also has a bias, a head start that it gets whatever the image: {favoured} has the largest, "
                "{bias:signed}.",
                favoured=names[favoured],
                bias=float(bias[favoured]),
            )
        )
    return " ".join(said)


def journey(trip: WeightTrajectory) -> str:
    """Say how far the weights have come and how straight their way was."""
    step, distance = int(trip.steps[-1]), float(trip.distance[-1])
    if float(trip.path[-1]) == 0:
        return _("At step {step} the weights are where they started.", step=step)
    said = [
        _(
            "After step {step} the weights are at a distance of {distance:number.2} from their start: one "
            "number for all their changes together.",
            step=step,
            distance=distance,
        )
    ]
    if len(trip.steps) > 2:  # of two places nothing can be said about the way between them
        reached = int(trip.steps[int(np.argmax(trip.distance >= distance / 2))])
        said.append(_("Half of that distance was reached by step {step}.", step=reached))
    said.append(
        _(
            "Their norm, one number for how large they are, went from {first:number.2} to {last:number.2}.",
            first=float(trip.norm[0]),
            last=float(trip.norm[-1]),
        )
    )
    return " ".join(said)


def border(edge: DecisionBoundary, near: Neighbours, names: Names) -> str:
    """Say what the difference image means and how close the closest image is."""
    a, b = names[edge.a], names[edge.b]
    said = [_("Bright pixels on red speak for {a}, on blue for {b}.", a=a, b=b)]
    if not len(near.indices):
        said.append(_("For no image are these two the most likely classes."))
    else:
        said.append(
            _(
                "At the decision boundary between them, the model finds both equally likely. The closest image "
                "is {distance:number.3} away from it, on the side of {side}.",
                distance=abs(float(near.distances[0])),
                side=a if near.distances[0] > 0 else b,
            )
        )
    return " ".join(said)


def arithmetic(stages: Arithmetic, names: Names, label: int | None = None) -> str:
    """Say the sum for one class (default: the answer), step by step."""
    k = stages.answer if label is None else label
    return _(
        "The pixels add up to {pixels:signed} for {name}. With its bias of {bias:signed}, that makes a score "
        "(logit) of {logit:signed}. Softmax turns the {n} logits into probabilities: {share:percent} for {name}.",
        pixels=rest_of(stages.logits[k], stages.bias[k]),
        name=names[k],
        bias=float(stages.bias[k]),
        logit=float(stages.logits[k]),
        n=len(stages.logits),
        share=float(stages.probabilities[k]),
    )


def difference(gap: Difference, names: Names) -> str:
    """Say by how much one class beats another, and how much of it is ink and how much bias."""
    values = {
        "a": names[gap.a],
        "b": names[gap.b],
        "margin": abs(gap.margin),
        "pixels": rest_of(gap.margin, gap.bias),
        "bias": gap.bias,
    }
    if gap.margin < 0:
        return _(
            "{a} is {margin:number.2} behind {b}: {pixels:signed} from the pixels, {bias:signed} from the biases.",
            **values,
        )
    return _(
        "{a} beats {b} by {margin:number.2}: {pixels:signed} from the pixels, {bias:signed} from the biases.",
        **values,
    )


def edits(before: Summary, after: Summary, number: int) -> str:
    """Say what the edits cost or gained on the images tested."""
    if number == 0:
        return _(
            "No edits yet: {share:percent} of {n} images are recognised.",
            share=before.accuracy.share,
            n=before.n,
        )
    said = [
        ngettext(
            "{n} edit: {after:percent} of the images are recognised instead of {before:percent}.",
            "{n} edits: {after:percent} of the images are recognised instead of {before:percent}.",
            number,
            after=after.accuracy.share,
            before=before.accuracy.share,
        )
    ]
    lost = before.accuracy.count - after.accuracy.count
    change = after.accuracy.share - before.accuracy.share
    if lost == 0:
        said.append(_("That is as many images as before."))
    elif lost > 0:
        said.append(
            ngettext(
                "That is {n} image fewer ({change:points}).",
                "That is {n} images fewer ({change:points}).",
                lost,
                change=change,
            )
        )
    else:
        said.append(
            ngettext(
                "That is {n} image more ({change:points}).",
                "That is {n} images more ({change:points}).",
                -lost,
                change=change,
            )
        )
    return " ".join(said)


def hidden_units(use: UnitUse, shown: int = 10) -> str:
    """Say how the work is spread over hidden units, and how many never fire."""
    silent = int((use.active == 0).sum())
    said = [
        ngettext(
            "The busiest of {total} hidden units does {share:percent} of the work (activation × weights to the "
            "next layer).",
            "The {n} busiest of {total} hidden units do {share:percent} of the work (activation × weights to "
            "the next layer).",
            min(shown, len(use.units)),
            total=len(use.units),
            share=float(use.use[:shown].sum()),
        )
    ]
    if silent:
        said.append(
            ngettext("{n} unit never reacts to any image.", "{n} units never react to any image.", silent)
        )
    else:
        said.append(_("Every unit reacts to some image."))
    return " ".join(said)


def fed_by(fed: UnitContributions, names: Names) -> str:
    """Say which hidden unit does most for a class, and which most against it."""
    name = names[fed.label]
    said = []
    if len(ups := np.flatnonzero(fed.contributions > 0)):
        unit, share = int(fed.units[ups[0]]) + 1, float(fed.contributions[ups[0]])
        said.append(
            _("Unit {unit} speaks most for {name} ({share:signed}).", unit=unit, name=name, share=share)
        )
    if len(downs := np.flatnonzero(fed.contributions < 0)):
        unit, share = int(fed.units[downs[0]]) + 1, float(fed.contributions[downs[0]])
        said.append(
            _("Unit {unit} speaks most against {name} ({share:signed}).", unit=unit, name=name, share=share)
        )
    return " ".join(said) or _("No hidden unit speaks for or against {name}.", name=name)


def feature_maps(layers: Sequence[Array]) -> str:
    """Say how many maps of which size each layer makes; layers: each (maps, height, width), in order."""
    said = [
        ngettext(
            "Layer {number} turns the image into {n} map of {height} × {width} pixels.",
            "Layer {number} turns the image into {n} maps of {height} × {width} pixels.",
            len(maps),
            number=number,
            height=maps.shape[1],
            width=maps.shape[2],
        )
        for number, maps in enumerate(layers, start=1)
    ]
    if dark := sum(int((maps == 0).all(axis=(1, 2)).sum()) for maps in layers):
        said.append(
            ngettext("{n} map is all zero for this image.", "{n} maps are all zero for this image.", dark)
        )
    return " ".join(said)
