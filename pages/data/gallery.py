"""The images one by one: by split, class and answer, page by page; one of them as its numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.config.run_config import RunConfig
from core.datasets import DatasetSpec, dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour, ink_on
from core.figures.weight_images import image_strip
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import number
from core.i18n.translation import N_, Sentences, _
from core.insight.captions.data import gallery as gallery_caption
from core.insight.captions.data import image_name
from core.insight.image_selection import page, select
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import image_choice
from pages.components.selectbox import field_px
from pages.components.theme import current_theme
from pages.run_context.trained_model import final_scores, prepared_data
from pages.server.visitor import while_seen

PAGE: Final = 60
SELECT_PX: Final = 210
SPLITS: Final = Sentences({"train": N_("Training"), "validation": N_("Validation"), "test": N_("Test")})
ANSWERS: Final = Sentences({"all": N_("All"), "correct": N_("Correct"), "wrong": N_("Wrong")})
CHANNELS: Final = Sentences({"red": N_("Red"), "green": N_("Green"), "blue": N_("Blue")})


@dataclass(frozen=True, eq=False)
class SplitImages:
    """One split: images uint8 (N, C, H, W), labels int64 (N,), and the positions in the dataset's file."""

    images: np.ndarray
    labels: np.ndarray
    index: np.ndarray


def splits_of(config: RunConfig) -> list[str]:
    """Return the names of the config's splits, and of the dataset's own."""
    has_validation = config.validation_size or dataset_spec(config.dataset).validation_size
    return ["train", "validation", "test"] if has_validation else ["train", "test"]


def split_images(config: RunConfig, split: str) -> SplitImages:
    """Return the images of one split as a model of `config` sees them before scaling."""
    data = prepared_data(config)
    if split == "test" or (split == "validation" and data.own_validation is not None):
        images, labels = (part.numpy() for part in data.split(split))
        return SplitImages(images, labels, np.arange(len(labels)))
    index = data.train_index if split == "train" else data.evaluation_index
    index = index.sort().values
    return SplitImages(data.images.numpy(), data.labels.numpy(), index.numpy())


def show_gallery(config: RunConfig, spec: DatasetSpec, run: RunRow | None) -> None:
    """Show one page of images, and the one chosen as its numbers."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="data_filters"):
        split, label, right = _filters(config, spec, run)
        shown = split_images(config, split)
        labels = shown.labels[shown.index]
        answers = _answers(run) if split == "test" else None
        places = select(labels, label, answers, right if answers is not None else None)
        now = page(places, _page_number(places, f"{split}-{label}-{right}"), PAGE)
    panels = []
    for place in now.indices:
        index, k = int(shown.index[place]), int(labels[place])
        tone = "" if answers is None else "good" if answers[place] == k else "bad"
        detail: str = number(index)
        predicted = [] if answers is None else [spec.class_names[answers[place]]]
        if tone == "bad" and answers is not None:
            detail = _("{index}, predicted as {name}", index=index, name=spec.class_names[answers[place]])
        panels.append(
            Panel(
                shown.images[index],
                spec.class_names[k],
                detail,
                colour=class_colour(k),
                tone=tone,
                name=index,
                spoken=image_name(index, spec.class_names[k], *predicted, split=split),
            )
        )
    name = None if label is None else spec.class_names[label]
    sentence = gallery_caption(now, name)
    if not panels:
        st.caption(markdown_text(sentence))
        return
    chosen = image_choice(f"gallery_{spec.name}_{split}", panels, alt=sentence, px=62, chosen=panels[0].name)
    page_images = shown.images[shown.index[now.indices]]
    said = [
        sentence,
        _("Below each image: its label, and its number in the file. Choose one to see its pixels."),
    ]
    if answers is not None:
        said.append(_("A green line marks a correct prediction, a red line a wrong one."))
    captioned(
        "gallery",
        " ".join(said),
        while_seen(
            spec.name,
            lambda: {
                "index": shown.index[now.indices],
                "label": [spec.class_names[k] for k in labels[now.indices]],
            },
        ),
        picture=while_seen(
            spec.name, lambda: image_strip(page_images, columns=10, zoom=3, theme=current_theme())
        ),
    )
    if chosen is not None:
        _show_numbers(shown, chosen, spec)


def _filters(config: RunConfig, spec: DatasetSpec, run: RunRow | None) -> tuple[str, int | None, bool | None]:
    """Draw the filters; return (split, class or None, right answers only, wrong only or None)."""
    split = st.selectbox(
        _("Part of the dataset (split)"), splits_of(config), index=len(splits_of(config)) - 1,
        format_func=lambda name: SPLITS[name], key="data_split", persist_state="session",
        width=field_px(SPLITS.values(), SELECT_PX),
        help=_(
            "Training: what the model learns from. Validation: set aside to measure progress during training. "
            "Test: set aside for the final result. Default: test."
        ),
    )  # fmt: skip
    label = st.selectbox(
        _("Class"), [None, *range(spec.n_classes)], key=f"data_class_{spec.name}", persist_state="session",
        width=field_px(spec.class_names, SELECT_PX),
        format_func=lambda k: _("All") if k is None else spec.class_names[k],
        help=_("Show only images of one class. Default: all."),
    )  # fmt: skip
    if split != "test" or run is None or _answers(run) is None:
        return str(split), label, None
    which = st.segmented_control(
        _("Predictions"), list(ANSWERS), format_func=lambda name: ANSWERS[name], default="all", required=True,
        key="data_answers", persist_state="session",
        help=_("Show only images that the selected run predicts correctly or wrongly. Default: all."),
    )  # fmt: skip
    return str(split), label, {"all": None, "correct": True, "wrong": False}[str(which)]


def _answers(run: RunRow | None) -> np.ndarray | None:
    """Return the run's answer to every test image, None while it has none for all of them."""
    found = final_scores(run) if run is not None else None
    return None if found is None else found.logits.argmax(axis=1)


def _page_number(places: np.ndarray, what: str) -> int:
    pages = max(1, -(-len(places) // PAGE))
    if pages == 1:
        return 1
    return int(
        st.number_input(
            markdown_("Page (1 to {pages})", pages=pages),
            1,
            pages,
            1,
            key=f"page_{what}",
            width=200,
            help=nmarkdown_(
                "{n} image on each page. Default: 1.", "{n} images on each page. Default: 1.", PAGE
            ),
        )
    )


def _show_numbers(shown: SplitImages, index: int, spec: DatasetSpec) -> None:
    """Show one image as the table of its pixel levels."""
    image, label = shown.images[index], spec.class_names[int(shown.labels[index])]
    channel = 0
    if len(image) == 3:
        chosen = st.segmented_control(
            _("Channel"),
            list(CHANNELS),
            format_func=lambda name: CHANNELS[name],
            default="red",
            required=True,
        )
        channel = list(CHANNELS).index(str(chosen))
    rows = []
    for row in image[channel]:
        cells = "".join(
            f'<td style="background:rgb({v},{v},{v});color:{_ink(v)}">{v}</td>' for v in row.tolist()
        )  # not said: HTML
        rows.append(f"<tr>{cells}</tr>")
    st.markdown(
        markdown_(
            "**Image {index}, labelled {label}: its pixels as numbers** (0 is black, 255 is full brightness)",
            index=index,
            label=label,
        )
    )
    alt = html_text(_("The pixel values of image {index}.", index=index))
    st.html(
        f'<div class="ink-pixel-table" role="group" tabindex="0" aria-label="{alt}">'
        f"<table><tbody>{''.join(rows)}</tbody></table></div>"
    )  # not said: HTML
    height, width = image.shape[1:]
    captioned(
        "numbers",
        _(
            "{above} of its {total} pixel values are above 0. The mean of all of them is {mean:number.1}.",
            above=int((image > 0).sum()),
            total=image.size,
            mean=float(image.mean()),
        ),
        while_seen(spec.name, lambda: {f"column {c}": image[channel, :, c] for c in range(width)}),
        name=f"image-{index}-{height}x{width}",
    )  # not said: columns of the file


def _ink(level: int) -> str:
    """Return the colour in which a level reads on its own grey; the many zeros stay in the background."""
    return "#888" if level == 0 else ink_on(f"#{level:02X}{level:02X}{level:02X}")
