"""Whether its confidence can be trusted: the most confident mistakes, the reliability diagram, the threshold."""

from dataclasses import replace

import streamlit as st

from core.datasets import dataset_spec
from core.figures.calibration_charts import reliability_figure, threshold_figure
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _, ngettext
from core.insight.calibration import reliability, threshold_curve
from core.insight.captions.data import image_name
from core.insight.captions.evaluate import mistakes as mistakes_caption
from core.insight.captions.evaluate import reliability as reliability_caption
from core.insight.captions.evaluate import threshold as threshold_caption
from core.insight.metrics import confident_mistakes
from core.runs import RunRow
from pages.components.captioned_figure import captioned, chart
from pages.components.image_panels import image_choice
from pages.components.theme import current_theme
from pages.run_context.image_explanation import show_case
from pages.run_context.trained_model import Scores, test_images


def show_mistakes(run: RunRow, found: Scores) -> None:
    """Show the wrong answers that the model was surest of, and why it gave the one chosen."""
    names = dataset_spec(run.dataset).class_names
    rows = confident_mistakes(found.logits, found.labels, count=24)
    sentence = mistakes_caption(
        [replace(m, index=int(found.index[m.index])) for m in rows],
        names,
    )
    if not rows:
        st.caption(markdown_text(sentence))
        return
    images = test_images(run)
    panels = [
        Panel(
            images[found.index[m.index]],
            f"{names[m.answer]}?",
            _("{share:percent} sure, true: {name}", share=m.confidence, name=names[m.label]),
            colour=class_colour(m.answer),
            tone="bad",
            name=int(found.index[m.index]),
            spoken=image_name(int(found.index[m.index]), names[m.label], names[m.answer]),
        )
        for m in rows
    ]
    index = image_choice(
        f"surest_{run.id}",
        panels,
        px=84,
        chosen=panels[0].name,
        alt=" ".join(
            [
                ngettext("The {n} most confident mistake.", "The {n} most confident mistakes.", len(rows)),
                sentence,
            ]
        ),
    )
    captioned(
        "mistakes",
        " ".join([sentence, _("Choose one to see why.")]),
        lambda: {
            "test image": [int(found.index[m.index]) for m in rows],
            "label": [names[m.label] for m in rows],
            "answer": [names[m.answer] for m in rows],
            "probability of the answer": [m.confidence for m in rows],
            "probability of the label": [m.label_probability for m in rows],
        },
    )  # not said: columns of the file
    mistake = next(m for m in rows if int(found.index[m.index]) == index)
    show_case(
        f"mistake_{run.id}", run, found.step, int(index or 0), mistake.label, mistake.answer, mistake.label
    )


def show_calibration(found: Scores) -> None:
    """Show the reliability diagram beside the threshold slider."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Calibration"), anchor=False)
        st.caption(
            _(
                "Is it right as often as it is sure? Each bar is a group of images with similar confidence, the "
                "probability that the model gave its prediction. Where a bar ends at the dotted line, it is right "
                "exactly as often as it is sure."
            )
        )
        bins = reliability(found.logits, found.labels)
        chart(
            "reliability",
            reliability_figure(bins, current_theme()),
            caption=reliability_caption(bins),
            alt=" ".join([_("Reliability diagram: accuracy against confidence."), reliability_caption(bins)]),
            table=lambda: {
                "from": bins.edges[:-1].tolist(),
                "to": bins.edges[1:].tolist(),
                "images": bins.counts.tolist(),
                "mean confidence": bins.confidence.tolist(),
                "accuracy": bins.accuracy.tolist(),
            },
        )  # not said: columns of the file
    with right:
        st.subheader(_("Let it say “not sure”"), anchor=False)
        _threshold(found)


def _threshold(found: Scores) -> None:
    curve = threshold_curve(found.logits, found.labels)
    minimum = st.slider(
        _("Answer only when at least this sure"),
        0,
        100,
        80,
        format="%d%%",
        key="least_confidence",
        persist_state="session",
        help=_(
            "The higher this is, the fewer images the model answers, and the more of its answers are usually right. "
            "Default: 80%."
        ),
    )
    sentence = threshold_caption(curve, minimum / 100)
    chart(
        "threshold",
        threshold_figure(curve, minimum / 100, current_theme()),
        caption=sentence,
        alt=" ".join(
            [_("Share of images answered, and accuracy when it answers, against the threshold."), sentence]
        ),
        table=lambda: {
            "threshold": curve.thresholds.tolist(),
            "answered": curve.answered.tolist(),
            "right": curve.right.tolist(),
        },
    )
