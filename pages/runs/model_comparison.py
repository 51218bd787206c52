"""What compared runs learned: is one better beyond noise, how their weights differ, which images tell them apart."""

from itertools import combinations
from typing import Final

import numpy as np
import streamlit as st

from core.datasets import DatasetError, dataset_spec
from core.figures.weight_images import image_strip, symmetric_limit, weight_tile
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import NONE
from core.i18n.translation import _, ngettext
from core.insight.first_layer import FirstLayer, first_layer
from core.insight.significance import Comparison, compare
from core.insight.stored_scores import stored_scores
from core.runs import DamagedArtifact, RunRow
from pages.components.image_panels import picture
from pages.components.theme import current_theme
from pages.run_context.dataset_guard import content_of
from pages.server.visitor import image_data, is_private, store

STRIP: Final = 24


def show_models(rows: list[RunRow], names: list[str]) -> None:
    """Draw what the runs' models have in common and what not, as far as it can be read."""
    if any(is_private(row.dataset) for row in rows):
        st.info(
            _("Images that are somebody else's own and not shared are not compared."), icon=":material/lock:"
        )
    for show in (_show_noise, _show_weights, _show_disagreements):
        try:
            show(rows, names)
        except DamagedArtifact as error:  # it names the run
            st.warning(markdown_text(str(error)))


def _show_noise(rows: list[RunRow], names: list[str]) -> None:
    """Say for each pair whether the difference on the shared test set exceeds the noise."""
    lines = []
    for first, second in combinations(range(len(rows)), 2):
        found = _compared(rows[first], rows[second])
        if found is not None:
            lines.append(_verdict_in_markdown(names[first], names[second], found))
    if lines:
        st.markdown("".join(f"- {markdown}\n" for markdown in lines))
        st.caption(
            markdown_(
                "By McNemar's exact test on the images that only one of the two runs gets right. p is how likely a "
                "difference this large would be by chance if both runs were equally good. Below {limit:number.2}, the "
                "difference is called clear.",
                limit=0.05,
            )
        )


def _verdict_in_markdown(first: str, second: str, found: Comparison) -> str:
    """Return which of two runs is better."""
    better, worse, difference = (first, second, found.difference)
    low, high = found.low, found.high
    if difference < 0:
        better, worse, difference = second, first, -difference
        low, high = -high, -low
    if not found.beyond_noise:
        return markdown_(
            "**{first}** and **{second}** are {points:number.2} points apart, no clear difference ({p:p_value}).",
            first=first,
            second=second,
            points=100 * difference,
            p=found.p_value,
        )
    return markdown_(
        "**{better}** is better than **{worse}** by {points:number.2} points (95% confidence interval: "
        "{low:number.2} to {high:number.2}), a clear difference ({p:p_value}).",
        better=better,
        worse=worse,
        points=100 * difference,
        low=100 * low,
        high=100 * high,
        p=found.p_value,
    )


def _compared(first: RunRow, second: RunRow) -> Comparison | None:
    """Return how the two runs' final scores compare, None where they cannot be."""
    if first.dataset != second.dataset:
        return None
    try:
        content = content_of(first)
    except DatasetError:
        return None
    return _comparison(first.id, second.id, f"{first.revision}.{second.revision} {content}")


@st.cache_resource(show_spinner=False, max_entries=64)
def _comparison(first: str, second: str, version: str) -> Comparison | None:  # noqa: ARG001 - key
    data = image_data(store().get(first).dataset)
    scores = [stored_scores(store(), store().get(run_id), data) for run_id in (first, second)]
    if scores[0] is None or scores[1] is None:
        return None
    return compare(scores[0], scores[1], data.test_labels)


def _show_weights(rows: list[RunRow], names: list[str]) -> None:
    """Draw the weight images of each run on one scale, and the difference of two."""
    layers = {
        name: layer for row, name in zip(rows, names, strict=True) if (layer := _layer(row)) is not None
    }
    if not layers:
        return
    st.subheader(_("Weights"), anchor=False)
    limit = max(symmetric_limit(layer.weights) for layer in layers.values())
    theme = current_theme()
    columns = st.columns(min(3, len(layers)))
    for place, (name, layer) in enumerate(layers.items()):
        with columns[place % len(columns)]:
            zoom = 3 * max(1, 28 // layer.shape[1])
            tile = weight_tile(layer.weights, layer.shape, theme=theme, limit=limit, zoom=zoom)
            picture(tile, alt=_("The weight images of {run}, on the same scale as the others.", run=name))
            st.markdown(f"**{markdown_text(name)}**")
            st.caption(markdown_text(layer.caption))
    kinds = {(layer.shape, layer.weights.shape, layer.is_classes) for layer in layers.values()}
    if (
        len(layers) > 1 and len(kinds) == 1
    ):  # a class's weights and a hidden unit's have nothing to do with each other
        first, second = _pair("weights", list(layers))
        difference = layers[first].weights - layers[second].weights
        shape = layers[first].shape
        tile = weight_tile(difference, shape, theme=theme, zoom=3 * max(1, 28 // shape[1]))
        picture(tile, alt=_("The weights of {first} minus those of {second}.", first=first, second=second))
        st.caption(
            markdown_(
                "{first} minus {second}: red where the first run's weight is larger, blue where the second's is. "
                "This image has its own scale.",
                first=first,
                second=second,
            )
        )


def _layer(row: RunRow) -> FirstLayer | None:
    found = store().newest_weights(row.id)
    try:
        return None if found is None else first_layer(found[1], dataset_spec(row.dataset))
    except (DatasetError, ValueError):
        return None


def _pair(what: str, names: list[str]) -> tuple[str, str]:
    """Return the two to set against each other; let the visitor choose where there are more."""
    if len(names) == 2:
        return names[0], names[1]
    pairs = list(combinations(names, 2))
    chosen = st.selectbox(
        _("Runs to compare"),
        pairs,
        format_func=lambda pair: f"{pair[0]}  –  {pair[1]}",
        key=f"pair_{what}",
    )
    return chosen or pairs[0]


def _show_disagreements(rows: list[RunRow], names: list[str]) -> None:
    """Show test images that one of two runs gets right and the other wrong."""
    by_name = dict(zip(names, rows, strict=True))
    pairs = {
        (first, second): found
        for first, second in combinations(names, 2)
        if (found := _compared(by_name[first], by_name[second])) is not None
    }
    if not pairs:
        return
    st.subheader(_("Images that only one run gets right"), anchor=False)
    first, second = next(iter(pairs))
    if len(pairs) > 1:
        chosen = st.selectbox(
            _("Runs to compare"),
            list(pairs),
            format_func=lambda pair: f"{pair[0]}  –  {pair[1]}",
            key="pair_images",
        )
        first, second = chosen or (first, second)
    found = pairs[(first, second)]
    st.caption(
        nmarkdown_(
            "Of {n} test image, both runs get {both} right and both get {neither} wrong.",
            "Of {n} test images, both runs get {both} right and both get {neither} wrong.",
            found.n,
            both=found.both,
            neither=found.neither,
        )
    )
    left, right = st.columns(2)
    for column, name, images in ((left, first, found.only_first), (right, second, found.only_second)):
        with column:
            st.markdown(
                nmarkdown_(
                    "Only **{run}** is right: {n} image",
                    "Only **{run}** is right: {n} images",
                    len(images),
                    run=name,
                )
            )
            _strip(by_name[name], images)


def _strip(row: RunRow, images: np.ndarray) -> None:
    if not len(images):
        return
    data = image_data(row.dataset)
    shown = images[np.linspace(0, len(images) - 1, min(STRIP, len(images))).round().astype(int)]
    labels = ", ".join(data.spec.class_names[label] for label in data.test_labels[shown])
    strip = image_strip(np.array(data.test_images[shown]), columns=8, zoom=2, theme=current_theme())
    picture(
        strip,
        alt=ngettext("{n} test image: {labels}.", "{n} test images: {labels}.", len(shown), labels=labels),
    )
    st.caption(markdown_("Their labels: {labels}.", labels=labels))


def behind_the_best(rows: list[RunRow]) -> list[str]:
    """Return how far each run is behind the best of those that are tested on the same images."""
    told = []
    for row in rows:
        others = [other.test_accuracy or 0.0 for other in rows if other.dataset == row.dataset]
        behind = max(others) - (row.test_accuracy or 0.0)
        if row.test_accuracy is None or (len(others) == 1 and len(rows) > 1):
            told.append(NONE)
        elif behind:
            told.append(_("{n:number.2} points", n=100 * behind))
        else:
            told.append(_("best"))
    return told
