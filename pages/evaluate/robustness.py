"""How robust it is: accuracy against one kind of damage at a time, for this run and its best rivals."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.pixel_values import as_uint8
from core.figures.charts import lines
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import plain
from core.i18n.translation import _
from core.insight.captions.evaluate import robustness as robustness_caption
from core.insight.corruptions import DAMAGES
from core.insight.robustness import Curve, accuracy_curve, balanced_subset, damaged_images
from core.runs import RunRow
from core.runs.run_labels import title
from pages.components.captioned_figure import chart
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.run_context.dataset_guard import content_of
from pages.run_context.trained_model import Scores, logits_of, newest_step, test_images
from pages.server.turns import costly
from pages.server.visitor import image_data, store

KINDS = {"softmax": "softmax", "mlp": "MLP", "cnn": "CNN"}  # as short as a line's end has room for
# Of each: the damaged image, the strength, the answer, whether it is right.
Examples = list[tuple[np.ndarray, float, int, bool]]
IMAGES = 1_000  # of the test set, as many of each class as of another: the same for every run


@costly(st.cache_data(show_spinner=False, max_entries=512))
def _curve(run_id: str, step: int, damage: str, content: str, _found: Scores | None) -> Curve:
    """Return the run's curve; _found: what the same weights make of the test images, where that is known."""
    run = store().get(run_id)
    data = image_data(run.dataset)
    chosen = balanced_subset(data.test_labels, IMAGES)
    damaged = _damaged(run.dataset, run.config.deskew, damage, content, test_images(run)[chosen])
    known = _found.logits[chosen] if _found and len(_found.index) == len(data.test_labels) else None
    return accuracy_curve(
        lambda images: logits_of(run, step, images), damaged, data.test_labels[chosen], damage, known
    )


@st.cache_resource(show_spinner=False, max_entries=2)  # 25 to 35 MB each for grey images of 28 x 28
def _damaged(
    dataset: str,  # noqa: ARG001 - the images are of these three
    deskew: bool,  # noqa: ARG001
    damage: str,
    content: str,  # noqa: ARG001 - see content_of
    _images: np.ndarray,
) -> list[np.ndarray]:
    """Return a dataset's images at each strength of a damage: a class looks at the same ones in many runs."""
    return damaged_images(_images, damage)


def show_robustness(run: RunRow, found: Scores) -> None:
    """Show the curves of one kind of damage, chosen by the visitor, and the damaged images."""
    damage = st.segmented_control(
        _("Damage"),
        list(DAMAGES),
        format_func=lambda name: DAMAGES[name].label,
        default="shift",
        required=True,
        key="damage",
        persist_state="session",
        help=_(
            "What is done to the test images before the model sees them, called a corruption. Default: shift."
        ),
    )
    rivals = _rivals(run)
    curves: dict[str, Curve] = {}
    waiting = st.empty()
    for number, (name, row) in enumerate({_("this run"): run, **rivals}.items(), start=1):
        own = found if row.id == run.id else None
        if row.model != "softmax":
            waiting.progress(
                number / (len(rivals) + 1),
                nmarkdown_(
                    "Testing {name} on {n} damaged image …",
                    "Testing {name} on {n} damaged images …",
                    IMAGES,
                    name=name,
                ),
            )
        at = own.step if own else newest_step(row)
        curves[name] = _curve(row.id, at, str(damage), content_of(row), own)
    waiting.empty()
    _show_curves(curves, str(damage))
    if rivals:
        named = [_("“{run}” ({model})", run=title(row), model=name) for name, row in rivals.items()]
        st.caption(
            markdown_(
                "For comparison, the best finished run of each other kind of model on the same images: {rivals:list}.",
                rivals=named,
            )
        )
    else:
        st.caption(_("Train another kind of model on the same dataset to compare its curve with this one."))
    _show_damaged(run, found.step, str(damage))


def _show_curves(curves: dict[str, Curve], damage: str) -> None:
    sentence = robustness_caption(curves)
    figure = lines(
        {n: (np.array(c.strengths), 100 * np.array(c.shares)) for n, c in curves.items()},
        current_theme(),
        x_title=DAMAGES[damage].axis,
        y_title=_("accuracy"),
        height=300,
        y_range=(0, 103),
        in_percent=True,
        with_points=True,
    )
    chart(
        "robustness",
        figure,
        caption=sentence,
        alt=" ".join([_("Accuracy against the strength of the damage."), sentence]),
        table=lambda: {
            "strength": [s for c in curves.values() for s in c.strengths],
            "model": [n for n, c in curves.items() for _ in c.strengths],
            "right": [i.count for c in curves.values() for i in c.accuracy],
            "images": [i.n for c in curves.values() for i in c.accuracy],
            "low": [i.low for c in curves.values() for i in c.accuracy],
            "high": [i.high for c in curves.values() for i in c.accuracy],
        },
    )


def _rivals(run: RunRow) -> dict[str, RunRow]:
    """Return the best finished run of each other kind of model on the same images, if there is one."""
    done = store().list(dataset=run.dataset, statuses=["finished"], sort="test_accuracy", limit=200)
    best: dict[str, RunRow] = {}
    for row in done:
        alike = replace(row.config, model=run.model).deskew == run.config.deskew
        if row.model == run.model or row.model in best or not alike or row.test_accuracy is None:
            continue
        if store().newest_weights_step(row.id) is not None:
            best[row.model] = row
    return {KINDS[model]: row for model, row in best.items()}


@st.cache_data(show_spinner=False, max_entries=256)
def _examples(run_id: str, step: int, damage: str, content: str) -> Examples:  # noqa: ARG001 - see content_of
    run = store().get(run_id)
    n_classes = dataset_spec(run.dataset).n_classes
    labels = image_data(run.dataset).test_labels
    chosen = balanced_subset(labels, n_classes)[:: max(1, n_classes // 3)][:3]
    damaged = damaged_images(test_images(run)[chosen], damage)
    answers = [logits_of(run, step, images).argmax(axis=1) for images in damaged]
    return [
        (as_uint8(images[which]), strength, int(said[which]), bool(said[which] == labels[place]))
        for which, place in enumerate(chosen)
        for strength, images, said in zip(DAMAGES[damage].strengths, damaged, answers, strict=True)
    ]


def _show_damaged(run: RunRow, step: int, damage: str) -> None:
    """Show three test images at each strength, with what this run predicts for them."""
    way, names = DAMAGES[damage], dataset_spec(run.dataset).class_names
    panels = [
        Panel(
            picture,
            names[said],
            plain(strength),
            colour=class_colour(said),
            tone="good" if is_right else "bad",
        )
        for picture, strength, said, is_right in _examples(run.id, step, damage, content_of(run))
    ]
    alt = _(
        "Three test images at each strength of this damage: {damage}. This run's predictions are below them.",
        damage=way.label,
    )
    pixel_panels("damaged", panels, alt=alt, px=64, columns=len(way.strengths), aligned=True)
    st.caption(
        markdown_(
            "This run's predictions for three damaged images. Below each one, the strength of the damage ({axis}).",
            axis=way.axis,
        )
    )
