"""Captions of the Weights page."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.i18n.number_format import count, listed, percent, points, signed
from core.insight.activations import UnitContributions, UnitUse
from core.insight.evidence import Arithmetic, Difference
from core.insight.metrics import Summary
from core.insight.weight_analysis import DecisionBoundary, Neighbours, WeightTrajectory
from core.models.softmax_regression import Array

Names = Sequence[str]


def weight_images(weight: Array, bias: Array, names: Names) -> str:
    """Say which class has the strongest weight and which the largest bias; weight (K, D), bias (K,)."""
    if not np.any(weight):
        return "All weights are zero: nothing has been learned yet."
    strongest = int(np.abs(weight).max(axis=1).argmax())
    value = float(weight[strongest].flat[int(np.abs(weight[strongest]).argmax())])
    favoured = int(np.argmax(bias))
    return (
        f"Red pixels speak for a class, blue ones against it; the strongest weight of all is {signed(value)}, "
        f"in {names[strongest]}. Before seeing any image it leans towards {names[favoured]} "
        f"(bias {signed(float(bias[favoured]))})."
    )


def journey(trip: WeightTrajectory) -> str:
    """Say how far the weights have come and how straight their way was."""
    distance, path = float(trip.distance[-1]), float(trip.path[-1])
    if path == 0:
        return f"At step {int(trip.steps[-1]):,} the weights are where they started."
    half = ""
    if len(trip.steps) > 2:  # of two places nothing can be said about the way between them
        reached = int(trip.steps[int(np.argmax(trip.distance >= distance / 2))])
        half = f"; half of that was reached by step {reached:,}"
    return (
        f"After step {int(trip.steps[-1]):,} the weights are {distance:.2f} from where they started{half}. "
        f"Their length is {float(trip.norm[-1]):.2f}, at first "
        f"{float(trip.norm[0]):.2f}."
    )


def border(edge: DecisionBoundary, near: Neighbours, names: Names) -> str:
    """Say what the difference image means and how close the closest image is."""
    a, b = names[edge.a], names[edge.b]
    first = f"Bright pixels on red speak for {a}, on blue for {b}."
    if not len(near.indices):
        return f"{first} No image lies between these two."
    side = a if near.distances[0] > 0 else b
    return (
        f"{first} The closest image is {abs(float(near.distances[0])):.3f} away from the border, "
        f"on the side of {side}."
    )


def arithmetic(stages: Arithmetic, names: Names, label: int | None = None) -> str:
    """Say the sum for one class (default: the answer), step by step."""
    k = stages.answer if label is None else label
    return (
        f"The pixels add up to {signed(float(stages.sums[k]))} for {names[k]}; its bias of "
        f"{signed(float(stages.bias[k]))} makes that a logit of {signed(float(stages.logits[k]))}, and softmax "
        f"turns the {len(stages.logits)} logits into {percent(float(stages.probabilities[k]))} for {names[k]}."
    )


def difference(gap: Difference, names: Names) -> str:
    """Say by how much one class beats another, and how much of it is ink and how much bias."""
    ink = float(gap.image.sum())
    return (
        f"{names[gap.a]} beats {names[gap.b]} by {signed(gap.margin)}: {signed(ink)} from the pixels, "
        f"{signed(gap.bias)} from the biases."
    )


def edits(before: Summary, after: Summary, number: int) -> str:
    """Say what the edits cost or gained on the images tested."""
    if number == 0:
        return f"Nothing is edited: {percent(before.accuracy.share)} of {before.n:,} images right."
    lost = before.accuracy.count - after.accuracy.count
    change = (
        "no image fewer"
        if lost == 0
        else f"{count(abs(lost), 'image', 'images')} {'fewer' if lost > 0 else 'more'}"
    )
    return (
        f"{count(number, 'edit', 'edits')}: {percent(after.accuracy.share)} right instead of "
        f"{percent(before.accuracy.share)}, {change} ({points(after.accuracy.share - before.accuracy.share)})."
    )


def hidden_units(use: UnitUse, shown: int = 10) -> str:
    """Say how the work is spread over hidden units, and how many never fire."""
    silent = int((use.active == 0).sum())
    share = percent(float(use.use[:shown].sum()))
    rest = (
        "every unit fires for some image"
        if not silent
        else count(silent, "unit never fires", "units never fire")
    )
    return f"The {min(shown, len(use.units))} busiest of {len(use.units)} hidden units do {share} of the work; {rest}."


def fed_by(fed: UnitContributions, names: Names) -> str:
    """Say which hidden unit does most for a class, and which most against it."""
    parts = []
    for sign, verb in ((1, "for"), (-1, "against")):
        own = np.flatnonzero(np.sign(fed.contributions) == sign)
        if len(own):
            best = own[0]
            parts.append(
                f"unit {int(fed.units[best]) + 1} speaks most {verb} it ({signed(float(fed.contributions[best]))})"
            )
    return f"{names[fed.label]}: {listed(parts) if parts else 'no hidden unit says anything'}."


def feature_maps(layers: Mapping[str, Array]) -> str:
    """Say how many maps of which size each layer makes; layers: name -> (maps, height, width)."""
    sizes = [
        f"{len(maps)} maps of {maps.shape[1]} × {maps.shape[2]} in {name}" for name, maps in layers.items()
    ]
    dark = sum(int((maps == 0).all(axis=(1, 2)).sum()) for maps in layers.values())
    rest = f"; {count(dark, 'map stays', 'maps stay')} dark for it" if dark else ""
    return f"The image becomes {listed(sizes)}{rest}."
