"""The images one by one: by split, class and answer, page by page; one of them as its numbers."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.config.run_config import RunConfig
from core.datasets import DatasetSpec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.figures.weight_images import image_strip
from core.i18n.literal_text import markdown_text
from core.insight.captions.data import gallery as gallery_caption
from core.insight.image_selection import page, select
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import image_choice
from pages.components.theme import current_theme
from pages.run_context.trained_model import newest_step, prepared_data, scores, state_at

PAGE = 60


@dataclass(frozen=True, eq=False)
class SplitImages:
    """One split: images uint8 (N, C, H, W), labels int64 (N,), and the positions in the dataset's file."""

    images: np.ndarray
    labels: np.ndarray
    index: np.ndarray


def splits_of(config: RunConfig) -> list[str]:
    """Return the names of the config's splits."""
    return ["train", "validation", "test"] if config.validation_size else ["train", "test"]


def split_images(config: RunConfig, split: str) -> SplitImages:
    """Return the images of one split as a model of `config` sees them before scaling."""
    data = prepared_data(config)
    if split == "test":
        return SplitImages(
            data.test_images.numpy(), data.test_labels.numpy(), np.arange(len(data.test_labels))
        )
    index = data.train_index if split == "train" else data.evaluation_index
    index = index.sort().values
    return SplitImages(data.images.numpy(), data.labels.numpy(), index.numpy())


def show_gallery(config: RunConfig, spec: DatasetSpec, run: RunRow | None) -> None:
    """Show one page of images, and the one chosen as its numbers."""
    split, label, right = _filters(config, spec, run)
    shown = split_images(config, split)
    labels = shown.labels[shown.index]
    answers = _answers(run) if split == "test" else None
    places = select(labels, label, answers, right if answers is not None else None)
    number = _page_number(places, f"{split}-{label}-{right}")
    now = page(places, number, PAGE)
    panels = []
    for place in now.indices:
        index, k = int(shown.index[place]), int(labels[place])
        tone = "" if answers is None else "good" if answers[place] == k else "bad"
        detail = (
            f"{index:,}"
            if tone != "bad" or answers is None
            else f"{index:,} · said {spec.class_names[answers[place]]}"
        )
        panels.append(
            Panel(
                shown.images[index],
                spec.class_names[k],
                detail,
                colour=class_colour(k),
                tone=tone,
                name=index,
            )
        )
    name = None if label is None else spec.class_names[label]
    sentence = gallery_caption(now, name)
    if not panels:
        st.caption(markdown_text(sentence))
        return
    chosen = image_choice(f"gallery_{spec.name}_{split}", panels, alt=sentence, px=62, chosen=panels[0].name)
    page_images = shown.images[shown.index[now.indices]]
    captioned(
        "gallery",
        f"{sentence} Beneath each: its label and its number. Choose one to see its numbers.",
        lambda: {
            "index": shown.index[now.indices],
            "label": [spec.class_names[k] for k in labels[now.indices]],
        },
        picture=lambda: image_strip(page_images, columns=10, zoom=3, theme=current_theme()),
    )
    if chosen is not None:
        _show_numbers(shown, chosen, spec)


def _filters(config: RunConfig, spec: DatasetSpec, run: RunRow | None) -> tuple[str, int | None, bool | None]:
    """Draw the filters; return (split, class or None, right answers only, wrong only or None)."""
    first, second, third = st.columns([2, 2, 3])
    with first:
        split = st.selectbox(
            "Split", splits_of(config), index=len(splits_of(config)) - 1, key="data_split", persist_state="session",
            help="Train: what it learns from. Validation: kept aside from it. Test: never seen. Default: test.",
        )  # fmt: skip
    with second:
        label = st.selectbox(
            "Class", [None, *range(spec.n_classes)], key=f"data_class_{spec.name}", persist_state="session",
            format_func=lambda k: "all" if k is None else spec.class_names[k], help="Default: all.",
        )  # fmt: skip
    with third:
        if split != "test" or run is None or _answers(run) is None:
            return str(split), label, None
        which = st.segmented_control(
            "Answered by the run in view", ["all", "rightly", "wrongly"], default="all", required=True,
            key="data_answers", persist_state="session", help="Default: all.",
        )  # fmt: skip
    return str(split), label, {"all": None, "rightly": True, "wrongly": False}[str(which)]


def _answers(run: RunRow | None) -> np.ndarray | None:
    """Return the run's answer to every test image, None while it has none for all of them."""
    if run is None or run.status not in ("finished", "stopped") or not np.isfinite(_some_weight(run)).all():
        return None
    found = scores(run)
    return found.logits.argmax(axis=1)


def _some_weight(run: RunRow) -> np.ndarray:
    state = state_at(run.id, newest_step(run))
    return next(iter(state.values()))


def _page_number(places: np.ndarray, what: str) -> int:
    pages = max(1, -(-len(places) // PAGE))
    if pages == 1:
        return 1
    return int(
        st.number_input(
            f"Page, 1 to {pages:,}",
            1,
            pages,
            1,
            key=f"page_{what}",
            width=200,
            help=f"{PAGE} images on each.",
        )
    )


def _show_numbers(shown: SplitImages, index: int, spec: DatasetSpec) -> None:
    """Show one image as the table of its pixel levels."""
    image, label = shown.images[index], spec.class_names[int(shown.labels[index])]
    channel = 0
    if len(image) == 3:
        colours = ["red", "green", "blue"]
        channel = colours.index(str(st.segmented_control("Channel", colours, default="red", required=True)))
    rows = []
    for row in image[channel]:
        cells = "".join(
            f'<td style="background:rgb({v},{v},{v});color:{_ink(v)}">{v}</td>' for v in row.tolist()
        )
        rows.append(f"<tr>{cells}</tr>")
    inked = int((image > 0).sum())
    st.markdown(f"**Image {index:,}, labelled {markdown_text(label)}, as the numbers it is**")
    st.html(
        f'<div class="ink-pixel-table" role="group" tabindex="0" aria-label="Pixel levels of image {index:,}">'
        f"<table><tbody>{''.join(rows)}</tbody></table></div>"
    )
    height, width = image.shape[1:]
    captioned(
        "numbers",
        f"{inked:,} of its {image.size:,} numbers are above 0; their mean is {image.mean():.1f} of 255.",
        lambda: {f"column {c}": image[channel, :, c] for c in range(width)},
        name=f"image-{index}-{height}x{width}",
    )


def _ink(level: int) -> str:
    """Return the colour in which a level reads on its own grey; the many zeros stay in the background."""
    return "#888" if level == 0 else "#fff" if level < 128 else "#000"
