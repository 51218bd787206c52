"""What was understood of files that somebody brings, before anything is kept: words, counts, images, questions."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset_import.names_in_words import first_of
from core.dataset_import.split_names import LEFT_OUT, TEST, TRAIN, VALIDATION
from core.dataset_import.summary import facts, paper_warning, questions
from core.dataset_import.understanding import Answers, Understood, Wanted
from core.datasets.image_data import ImageData
from core.figures.image_panels import Panel
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import N_, Sentences, _, ngettext
from pages.components.image_panels import pixel_panels

TITLE: Final = "import_title"
IN_ROWS: Final = 12  # classes in the table before it scrolls
ROW_PX: Final = 35
MOST_ASKED: Final = 12  # folders
MOST_SHOWN: Final = 20  # images
IMAGE_PX: Final = 56
_ARE_FOR: Final = Sentences(
    {
        TRAIN: N_("For training"),
        VALIDATION: N_("For validation"),
        TEST: N_("For testing"),
        LEFT_OUT: N_("Left out"),
    }
)
_COLUMNS: Final = Sentences(
    {TRAIN: N_("Training images"), VALIDATION: N_("Validation images"), TEST: N_("Test images")}
)


def show_preview(
    understood: Understood, images: ImageData | None, wanted: Wanted, answer: Callable[[Answers], None]
) -> None:
    """Draw it, and a field for its title, which the session holds as TITLE.

    images: None where it must be said first which are to learn from. answer: called with what is wanted of the
    folders when the visitor has said so.
    """
    for question in questions(understood):
        st.warning(markdown_text(question), icon=":material/help:")
    _ask(understood, wanted.answers, answer)
    words, pictures = st.columns([3, 2])
    with words:
        st.markdown(markdown_text(" ".join(facts(understood))))
        for note in understood.notes:
            st.caption(markdown_text(note))
        for warning in (*understood.warnings, *_of_paper(understood)):
            st.warning(markdown_text(warning), icon=":material/warning:")
    if images is not None:
        with pictures:
            _show_images(images)
    _show_counts(understood)
    _ask_title(understood)


def _of_paper(understood: Understood) -> Iterator[str]:
    if understood.is_on_paper:
        yield paper_warning(
            _(
                "If they show writing on paper, switch that on: a model of them can then be asked about drawings."
            )
        )


def _ask_title(understood: Understood) -> None:
    key = f"import_title_{understood.name}"

    def typed() -> None:
        st.session_state[TITLE] = st.session_state[key]

    st.text_input(_("Name"), st.session_state[TITLE], max_chars=80, key=key, width=320, on_change=typed)


def _ask(understood: Understood, answers: Answers, answer: Callable[[Answers], None]) -> None:
    """Draw a choice for each thing that the files leave open."""
    if len(understood.levels) > 1:
        levels = sorted(understood.levels)
        key = f"import_level_{understood.level}"

        def chosen() -> None:
            if (level := st.session_state[key]) in understood.levels:
                answer(replace(answers, classes_at=level))

        st.radio(
            _("The classes are"),
            levels,
            index=levels.index(understood.level),
            format_func=lambda level: markdown_("{names:list}", names=first_of(understood.levels[level])),
            key=key,
            on_change=chosen,
        )
    if not understood.name or answers.splits or "" in understood.folders.values():
        folders = sorted(understood.folders.items(), key=lambda found: (bool(found[1]), found[0]))
        for folder, split in folders[:MOST_ASKED]:
            _ask_split(folder, split or LEFT_OUT, answers, answer)
        if more := len(folders[MOST_ASKED:]):
            st.caption(
                nmarkdown_(
                    "{n} more folder is not listed here.", "{n} more folders are not listed here.", more
                )
            )


def _ask_split(folder: str, split: str, answers: Answers, answer: Callable[[Answers], None]) -> None:
    key = f"import_split_{folder}_{split}"

    def said() -> None:
        if (split := st.session_state[key]) in _ARE_FOR:
            answer(replace(answers, splits={**answers.splits, folder: split}))

    st.segmented_control(
        markdown_("Images in “{folder}”", folder=folder),
        list(_ARE_FOR),
        default=split,
        required=True,
        format_func=_ARE_FOR.__getitem__,
        key=key,
        on_change=said,
    )


def _show_counts(understood: Understood) -> None:
    splits = [split for split in _COLUMNS if split != VALIDATION or any(understood.counts[split])]
    table = {_("Class"): understood.class_names} | {
        str(_COLUMNS[split]): understood.counts[split] for split in splits
    }
    rows = min(len(understood.class_names), IN_ROWS)
    st.dataframe(
        pd.DataFrame(table), hide_index=True, height=(rows + 1) * ROW_PX + 3, width=520,
        alt=ngettext(
            "{n} class and its number of images in each split.",
            "{n} classes and their numbers of images in each split.",
            len(understood.class_names),
        ),
    )  # fmt: skip


def _show_images(images: ImageData) -> None:
    """Draw the first few images of each class, so that all fit into a few rows."""
    names = images.spec.class_names[:MOST_SHOWN]
    each = max(1, min(4, MOST_SHOWN // len(names)))
    panels = [
        Panel(np.asarray(images.train_images[place]), names[label])
        for label in range(len(names))
        for place in np.flatnonzero(images.train_labels == label)[:each]
    ]
    pixel_panels(
        "import_images",
        panels,
        alt=_("The first images of each class: {names:list}", names=first_of(names)),
        px=IMAGE_PX,
    )
