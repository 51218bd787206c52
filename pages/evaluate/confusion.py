"""What is predicted as what: the confusion matrix, and the images behind a cell."""

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import percent
from core.i18n.translation import _, ngettext
from core.insight.captions.data import image_name
from core.insight.captions.evaluate import cell as cell_caption
from core.insight.captions.evaluate import confusion as confusion_caption
from core.insight.confusion import cell, confusion_matrix, most_confused
from core.models.softmax_regression import softmax
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import image_choice
from pages.components.theme import current_theme
from pages.evaluate.confusion_matrix import Cell, matrix
from pages.run_context.image_explanation import show_case
from pages.run_context.trained_model import Scores, test_images

SHOWN = 40


def show_confusion(run: RunRow, found: Scores) -> None:
    """Show the matrix; beneath it the images of the cell chosen, and the evidence of the one image chosen."""
    names = dataset_spec(run.dataset).class_names
    counts = confusion_matrix(found.logits, found.labels)
    worst = most_confused(counts)
    sentence = confusion_caption(worst, names)
    first: Cell | None = None
    if worst:
        first = (worst.a, worst.b) if worst.a_as_b >= worst.b_as_a else (worst.b, worst.a)
    left, right = st.columns([11, 9], gap="large")
    with left:
        alt = " ".join([_("Confusion matrix: true class by predicted class."), sentence])
        chosen = matrix(f"matrix_{run.dataset}", counts, names, current_theme(), alt=alt, chosen=first)
        captioned(
            "confusion",
            " ".join(
                [
                    sentence,
                    _("Rows: the true class. Columns: the predicted class. Choose a cell to see its images."),
                ]
            ),
            lambda: (
                {"class": list(names)} | {f"answered {n}": counts[:, k].tolist() for k, n in enumerate(names)}
            ),
        )  # not said: columns of the file
    with right:
        if chosen is None:
            st.caption(
                _("All predictions are correct. Choose a cell on the diagonal to see the images of a class.")
            )
            return
        index = _show_cell(run, found, counts, chosen)
    if index is not None:
        true, answer = chosen
        other = answer if answer != true else _second(found, index, true)
        place = int(np.flatnonzero(found.index == index)[0])
        show_case(f"case_{run.id}", run, found.step, index, int(found.labels[place]), true, other)


def _show_cell(run: RunRow, found: Scores, counts: np.ndarray, chosen: Cell) -> int | None:
    """Show the images behind a cell, the most confident answers first; return the test index of the one chosen."""
    true, answer = chosen
    names = dataset_spec(run.dataset).class_names
    places = cell(found.logits, found.labels, true, answer)
    total = int(counts[true].sum())
    sentence = cell_caption(len(places), total, names[true], names[answer])
    st.markdown(f"**{markdown_text(sentence)}**")
    if not len(places):
        return None
    shown = places[:SHOWN]
    probabilities = softmax(found.logits[shown])
    images = test_images(run)
    panels = [
        Panel(
            images[found.index[place]],
            detail=" · ".join(percent(float(p[k]), 0) for k in dict.fromkeys((answer, true))),
            colour=class_colour(answer),
            name=int(found.index[place]),
            spoken=image_name(int(found.index[place]), names[true], names[answer]),
        )
        for place, p in zip(shown, probabilities, strict=True)
    ]
    with st.container(key="cell_images"):  # pixels.css: no higher than five rows
        index = image_choice(
            f"cell_{run.id}_{true}_{answer}",
            panels,
            alt=ngettext(
                "{n} test image of {true}, predicted as {predicted}.",
                "{n} test images of {true}, predicted as {predicted}, the most confident first.",
                len(panels),
                true=names[true],
                predicted=names[answer],
            ),
            chosen=panels[0].name,
        )
    below = markdown_("Below each image: the probability given to {answer}.", answer=names[answer])
    if true != answer:
        below = markdown_(
            "Below each image: the probabilities given to {answer} and to {true}.",
            answer=names[answer],
            true=names[true],
        )
    more = markdown_("Only the first {shown} are shown.", shown=SHOWN) if len(places) > SHOWN else ""
    why = markdown_("Choose one to see why.")
    st.caption(f"{below} {more} {why}")
    return index


def _second(found: Scores, index: int, answer: int) -> int:
    """Return the class with the largest logit but `answer` for test image `index`."""
    row = found.logits[int(np.flatnonzero(found.index == index)[0])].copy()
    row[answer] = -np.inf
    return int(row.argmax())
