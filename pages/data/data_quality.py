"""What stands out in a dataset: typical and unusual images, duplicates, doubtful labels."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.datasets import DatasetSpec, ImageData
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import number
from core.i18n.translation import N_, Sentences, _
from core.insight import embedding_cache
from core.insight.captions.data import doubts, duplicates, typicality
from core.insight.data_quality import (
    DuplicatePair,
    LabelIssue,
    by_typicality,
    doubted_by_model,
    doubted_by_neighbours,
    exact_duplicates,
    near_duplicates,
)
from core.insight.embedding import Neighbourhood, coordinates, neighbourhood
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import pixel_panels
from pages.data.embedding_job import embedding_ready, show_embedding_problem
from pages.data.embedding_map import space_of
from pages.data.gallery import SPLITS
from pages.run_context.trained_model import final_scores
from pages.server.services import settings
from pages.server.turns import costly
from pages.server.visitor import image_data

SHOWN: Final = 20
RANKED: Final = Sentences({"typical": N_("Most typical"), "unusual": N_("Most unusual")})
_RANKED_ALT: Final = {
    "typical": N_("The most typical images of {name}."),
    "unusual": N_("The most unusual images of {name}."),
}
_DOUBT: Final = {  # by the model, or by the most similar images
    True: N_("{index}, labelled {label}; the model is {share:percent} sure"),
    False: N_("{index}, labelled {label}; {share:percent} of similar images are {suggestion}"),
}


@costly(st.cache_resource(show_spinner=False, max_entries=4))
def _points(dataset: str, fingerprint: str) -> np.ndarray:
    return coordinates(space_of(dataset, fingerprint), image_data(dataset).train_images)


def show_typical(spec: DatasetSpec) -> None:
    """Show the most typical and the most unusual training images of one class."""
    label = st.selectbox(
        _("Class"), range(spec.n_classes), format_func=lambda k: spec.class_names[k], width=240,
        key=f"typical_{spec.name}", persist_state="session",
        help=markdown_("The class to sort from typical to unusual. Default: {name}.", name=spec.class_names[0]),
    )  # fmt: skip
    data = image_data(spec.name)
    ranked = by_typicality(_points(spec.name, data.fingerprint), data.train_labels, label)
    sentence = typicality(ranked, spec.class_names[label])
    rows = {"typical": slice(0, SHOWN), "unusual": slice(None, -SHOWN - 1, -1)}
    for name, part in rows.items():
        st.markdown(f"**{markdown_text(RANKED[name])}**")
        panels = [
            Panel(data.train_images[i], detail=f"{number(i)} · {number(float(d), 1)}")
            for i, d in zip(ranked.indices[part], ranked.distances[part], strict=True)
        ]
        pixel_panels(
            f"typical_{name}_{spec.name}",
            panels,
            alt=_(_RANKED_ALT[name], name=spec.class_names[label]),
            px=64,
        )
    captioned(
        "typical",
        " ".join(
            [sentence, _("Below each image: its number in the file, and its distance from the average.")]
        ),
        lambda: {"index": ranked.indices, "distance": ranked.distances},
        name=f"typical-{spec.class_names[label]}".replace("/", "-"),
    )


@costly(st.cache_resource(show_spinner=False, max_entries=8))
def _neighbours(dataset: str, split: str, fingerprint: str) -> Neighbourhood:
    images, _labels = _split(image_data(dataset), split)
    return neighbourhood(coordinates(space_of(dataset, fingerprint), images), embedding_cache.NEIGHBOURS)


def _split(data: ImageData, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels of one of the dataset's own splits."""
    return getattr(data, f"{split}_images"), getattr(data, f"{split}_labels")


@costly(st.cache_resource(show_spinner=False, max_entries=8))
def _copies(
    dataset: str, split: str, fingerprint: str
) -> tuple[tuple[np.ndarray, ...], tuple[DuplicatePair, ...], tuple[LabelIssue, ...]]:
    """Return exact duplicates, the closest other pairs, and labels that the neighbours contradict."""
    data = image_data(dataset)
    images, labels = _split(data, split)
    if split == "train":
        kept = embedding_cache.cache_path(data, "neighbours", settings().data_dir)
        near = embedding_cache.read_neighbours(kept)
    else:
        near = _neighbours(dataset, split, fingerprint)
    assert near is not None  # the page has had it made
    return (
        exact_duplicates(images),
        near_duplicates(images, near, SHOWN // 2),
        doubted_by_neighbours(near, labels, SHOWN),
    )


def show_doubtful(spec: DatasetSpec, run: RunRow | None) -> None:
    """Show duplicates and labels that are probably wrong, of the split chosen."""
    offered, key = ["test", "train"], "doubt_split"
    if spec.validation_size:
        offered, key = ["test", "validation", "train"], "doubt_split_own"
    split = str(
        st.segmented_control(
            _("Part of the dataset (split)"), offered, format_func=lambda name: SPLITS[name], default="test",
            required=True, key=key, persist_state="session",
            help=_(
                "Which images to search for duplicates and wrong labels. Training images take a while the first time. "
                "Default: test."
            ),
        )
    )  # fmt: skip
    show_embedding_problem()
    data = image_data(spec.name)
    images, labels = _split(data, split)
    if not len(labels):
        st.caption(_("There are no images here."))
        return
    if split == "train" and not embedding_ready(spec.name, "neighbours"):
        return
    exact, twins, doubted = _copies(spec.name, split, data.fingerprint)
    st.subheader(_("Duplicates and near-duplicates"), anchor=False)
    _show_twins(spec, images, exact, twins)
    st.subheader(_("Labels that similar images contradict"), anchor=False)
    _show_doubts(spec, images, doubted, by_model=False, key=f"neighbours_{split}")
    found = final_scores(run) if split == "test" and run is not None else None
    if found is not None:
        st.subheader(_("Labels that the selected run contradicts"), anchor=False)
        _show_doubts(
            spec, images, doubted_by_model(found.logits, found.labels, SHOWN), by_model=True, key="model"
        )


def _show_twins(
    spec: DatasetSpec, images: np.ndarray, exact: Sequence[np.ndarray], twins: Sequence[DuplicatePair]
) -> None:
    pairs = [(int(group[0]), int(group[1]), 0.0) for group in exact[:5]]
    pairs += [(twin.first, twin.second, twin.rms) for twin in twins]
    panels = []
    for first, second, rms in pairs[: SHOWN // 2]:
        panels += [
            Panel(images[first], detail=number(first)),
            Panel(images[second], detail=_twin(second, rms)),
        ]
    sentence = duplicates(exact, twins)
    if panels:
        alt = " ".join([_("Pairs of nearly equal images."), sentence])
        pixel_panels(f"twins_{spec.name}", panels, alt=alt, px=64)
    captioned(
        "twins",
        sentence,
        lambda: {
            "first": [p[0] for p in pairs],
            "second": [p[1] for p in pairs],
            "difference": [p[2] for p in pairs],
        },
    )


def _twin(index: int, rms: float) -> str:
    """Say which image the second of a pair is, and how far its pixels typically are from the first one's."""
    if rms == 0:
        return _("{index}, identical", index=index)
    return _("{index}, differs by {levels:number.1}", index=index, levels=255 * rms)


def _show_doubts(
    spec: DatasetSpec, images: np.ndarray, found: Sequence[LabelIssue], *, by_model: bool, key: str
) -> None:
    names = spec.class_names
    sentence = doubts(found, names, by_model)
    panels = [
        Panel(
            images[d.index],
            f"{names[d.suggestion]}?",
            _(
                _DOUBT[by_model],
                index=d.index,
                label=names[d.label],
                share=d.confidence,
                suggestion=names[d.suggestion],
            ),
            colour=class_colour(d.suggestion),
        )
        for d in found
    ]
    if panels:
        alt = " ".join([_("Images with doubtful labels."), sentence])
        pixel_panels(f"doubts_{key}_{spec.name}", panels, alt=alt, px=84)
    captioned(
        f"doubts_{key}",
        sentence,
        lambda: {
            "index": [d.index for d in found],
            "label": [names[d.label] for d in found],
            "suggestion": [names[d.suggestion] for d in found],
            "confidence": [d.confidence for d in found],
        },
    )
