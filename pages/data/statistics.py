"""What a dataset holds in figures: images per class, average images, pixel levels, and what scaling does to them."""

from typing import Final

import numpy as np
import streamlit as st

from core.config.run_config import RunConfig
from core.datasets import DatasetSpec
from core.datasets.image_data import level_counts
from core.datasets.pixel_values import as_uint8
from core.datasets.statistics import ClassImages, class_counts, class_images
from core.figures.dataset_charts import class_counts_figure, pixel_levels_figure
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.translation import N_, Sentences, _
from core.insight.captions.data import class_counts as counts_caption
from core.insight.captions.data import class_spread, intensities, scaling
from core.insight.captions.data import split as split_caption
from pages.components.captioned_figure import captioned, chart
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.data.gallery import split_images, splits_of
from pages.server.visitor import image_data

AVERAGES: Final = Sentences(
    {
        "mean": N_("**The average of each class** (training images)"),
        "std": N_("**How much each pixel varies** (standard deviation over the training images)"),
    }
)
_AVERAGES_ALT: Final = Sentences(
    {
        "mean": N_("The average training image of each class."),
        "std": N_("How much each pixel varies in each class."),
    }
)


@st.cache_resource(show_spinner=False, max_entries=8)
def _class_images(dataset: str, fingerprint: str) -> ClassImages:  # noqa: ARG001 - new content, new images
    data = image_data(dataset)
    return class_images(data.train_images, data.train_labels, data.spec.n_classes)


@st.cache_resource(show_spinner=False, max_entries=8)
def _levels(dataset: str, fingerprint: str) -> np.ndarray:  # noqa: ARG001 - new content, new levels
    return level_counts(image_data(dataset).train_images)


def show_classes(config: RunConfig, spec: DatasetSpec) -> None:
    """Show how many images of each class each split has, and each class's mean and deviation image."""
    counts = {}
    for split in splits_of(config):
        found = split_images(config, split)
        counts[split] = class_counts(found.labels[found.index], spec.n_classes)
    training = counts["train"]
    train, validation, test = (
        int(counts[s].sum()) if s in counts else 0 for s in ("train", "validation", "test")
    )
    measured = validation if config.validation_size else 0
    said = [
        split_caption(train, measured, test, config.seed, spec.validation_size),
        counts_caption(training, spec.class_names),
    ]
    sentence = " ".join(said)
    chart(
        "class_counts",
        class_counts_figure(counts, spec, current_theme()),
        caption=sentence,
        alt=" ".join([_("Images per class in each split."), sentence]),
        table=lambda: {"class": spec.class_names, **counts},
    )
    averages = _class_images(spec.name, image_data(spec.name).fingerprint)
    for name, images in (("mean", averages.mean), ("std", averages.std)):
        st.markdown(AVERAGES[name])
        panels = [
            Panel(
                as_uint8(image),
                spec.class_names[k],
                colour=class_colour(k),
            )
            for k, image in enumerate(images)
        ]
        pixel_panels(f"averages_{name}_{spec.name}", panels, alt=_AVERAGES_ALT[name], px=84)
    sentence = class_spread(averages.std, spec.class_names)
    spread = np.sqrt((averages.std.reshape(spec.n_classes, -1) ** 2).mean(axis=1))
    captioned("class_images", sentence, lambda: {"class": spec.class_names, "deviation": spread})


def show_pixels(config: RunConfig, spec: DatasetSpec) -> None:
    """Show how often each pixel level occurs, and what the config's scaling makes of it."""
    levels = _levels(spec.name, image_data(spec.name).fingerprint)
    standardised = config.scaling == "standardised"
    theme = current_theme()
    left, right = st.columns(2, gap="large")
    grey = np.arange(256)
    with left:
        st.markdown(_("**As stored: 0 to 255**"))
        sentence = intensities(levels)
        chart(
            "intensities",
            pixel_levels_figure([grey] * len(levels), levels, theme, _("pixel value")),
            caption=sentence,
            alt=" ".join([_("How often each pixel value occurs, on a log scale."), sentence]),
            table=lambda: {"level": grey, **{f"channel {c}": row for c, row in enumerate(levels)}},
        )  # not said: columns of the file
    with right:
        st.markdown(
            _("**As the model gets it: standardised**")
            if standardised
            else _("**As the model gets it: 0 to 1**")
        )
        values = [
            (grey / 255 - m) / s if standardised else grey / 255
            for m, s in zip(spec.mean, spec.std, strict=True)
        ]
        sentence = scaling(spec.mean, spec.std, standardised)
        chart(
            "scaled",
            pixel_levels_figure(values, levels, theme, _("input value")),
            caption=sentence,
            alt=" ".join([_("The same pixel values after scaling."), sentence]),
            table=lambda: {f"value {c}": row for c, row in enumerate(values)},
        )  # not said: columns of the file
