"""The whole arithmetic of one answer, cell by cell, with the numbers of every stage."""

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.pixel_values import as_unit
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import number, percent, plain, rest_of, signed
from core.i18n.translation import _
from core.insight.captions.weights import arithmetic as arithmetic_caption
from core.insight.evidence import Arithmetic, arithmetic
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import image_choice, pixel_panels
from pages.run_context.guards import has_test_images
from pages.run_context.trained_model import newest_step, state_at, test_images, unit_linear
from pages.server.visitor import image_data


def show_logit_breakdown(run: RunRow) -> None:
    """Show image x weights = evidence for one class, and how ten sums become ten probabilities."""
    if not has_test_images(run):
        return
    spec, labels = dataset_spec(run.dataset), image_data(run.dataset).test_labels
    index, temperature = _choices(run, len(labels))
    image = test_images(run)[index]
    weight, bias = unit_linear(run.config, spec, state_at(run.id, newest_step(run)))
    stages = arithmetic(weight, bias, as_unit(image[None])[0], temperature)
    names = spec.class_names
    st.markdown(
        markdown_(
            "**Test image {index}, labelled {name}: the evidence for each class**",
            index=index,
            name=names[labels[index]],
        )
    )
    label = _choose_class(run, index, stages, image.shape)
    limit = float(np.abs(stages.products).max()) or 1.0
    panels = [
        Panel(image, _("image"), _("0 = black, 1 = full brightness"), quantity="", per=255),
        Panel(weight[label].reshape(image.shape), _("weights of {name}", name=names[label]), quantity=""),
        Panel(
            stages.products[label].reshape(image.shape),
            _("evidence"),
            _("adds up to {sum:signed.4}", sum=_shown_sum(stages, label)),
            quantity="",
            limit=limit,
            colour=class_colour(label),
        ),
    ]
    sentence = arithmetic_caption(stages, names, label)
    pixel_panels(
        "arithmetic", panels, alt=" ".join([_("Image times weights is evidence."), sentence]), px=240, columns=3,
        linked=True, joints=(" × ", " = "),
        hint=_("Point at a pixel, or use the arrow keys: image × weight = evidence."),
    )  # fmt: skip
    if run.config.scaling != "unit":
        st.caption(
            _(
                "This run was trained on standardised pixels (shifted and scaled to mean 0, standard deviation 1). Its "
                "weights and biases are shown converted to pixels from 0 to 1; the answers are the same."
            )
        )
    _table(stages, names, label)
    captioned("arithmetic", sentence, lambda: _columns(stages, names), name=f"arithmetic-{run.id}-{index}")


def _choices(run: RunRow, count: int) -> tuple[int, float]:
    left, right = st.columns([1, 2], gap="large")
    with left:
        index = st.number_input(
            _("Test image"), 0, count - 1, 0, key=f"arithmetic_{run.dataset}", persist_state="session",
            help=markdown_("Its number in the test set, 0 to {last}. Default: 0.", last=count - 1),
        )  # fmt: skip
    with right:
        temperature = st.slider(
            _("Temperature (1 = unchanged)"), 0.1, 10.0, 1.0, 0.1, key="temperature",
            persist_state="session",
            help=_(
                "Every logit (score) is divided by the temperature before softmax turns it into a probability. Above 1 "
                "the probabilities move closer together, below 1 further apart; the answer stays the same. Default: 1."
            ),
        )  # fmt: skip
    return int(index), float(temperature)


def _choose_class(run: RunRow, index: int, stages: Arithmetic, shape: tuple[int, ...]) -> int:
    """Show the evidence image of every class; return the class chosen, at first the answer."""
    names = dataset_spec(run.dataset).class_names
    limit = float(np.abs(stages.products).max()) or 1.0
    panels = [
        Panel(
            stages.products[k].reshape(shape),
            names[k],
            f"{signed(float(stages.logits[k]))} → {percent(float(stages.probabilities[k]))}",
            colour=class_colour(k),
            limit=limit,
            name=k,
        )
        for k in range(len(names))
    ]
    alt = _(
        "Evidence images: {first} leads, ahead of {second}.",
        first=names[stages.answer],
        second=names[stages.runner_up],
    )
    chosen = image_choice(f"evidence_{run.id}_{index}", panels, alt=alt, px=84, chosen=stages.answer)
    st.caption(_("Below each image: logit (score) → probability. Choose a class to see its sum in full."))
    return stages.answer if chosen is None else chosen


def _table(stages: Arithmetic, names: tuple[str, ...], label: int) -> None:
    """Show the sums, biases, logits, exponentials and probabilities of all classes, the best first."""
    is_divided = stages.temperature != 1 or stages.shift != 0  # else it is the logit again
    divided = _("÷ temperature {temperature}", temperature=stages.temperature)
    if stages.shift:
        divided = _(
            "÷ temperature {temperature}, − {shift:number.2}",
            temperature=stages.temperature,
            shift=stages.shift,
        )
    heads = [
        _("class"), _("sum of the evidence"), _("+ bias"), _("= logit (score)"), *([divided] if is_divided else []),
        _("e to the power of that"), _("÷ {total} (their sum) = probability", total=_exponential(stages.total)),
    ]  # fmt: skip
    rows = []
    for k in stages.order:
        quotient = signed(float(stages.logits[k] / stages.temperature - stages.shift), 4)
        cells = (
            signed(_shown_sum(stages, k), 4), signed(float(stages.bias[k]), 4), signed(float(stages.logits[k]), 4),
            *([quotient] if is_divided else []),
            _exponential(float(stages.exponentials[k])), percent(float(stages.probabilities[k]), 3),
        )  # fmt: skip
        numbers = "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
        first = ' class="first"' if k == label else ""
        rows.append(f'<tr{first}><th scope="row">{html_text(names[k])}</th>{numbers}</tr>')  # not said: HTML
    head = "".join(f"<th>{html_text(text)}</th>" for text in heads)
    name = html_text(_("From the evidence to the probability of each class"))
    st.html(
        f'<div class="ink-numbers ink-arithmetic" data-testid="arithmetic-table" role="group" tabindex="0" '
        f'aria-label="{name}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )  # not said: HTML


def _shown_sum(stages: Arithmetic, k: int) -> float:
    """Return the sum of a class's evidence so that, as written, sum + bias is the logit."""
    return rest_of(float(stages.logits[k]), float(stages.bias[k]), 4)


def _exponential(value: float) -> str:
    """Return a number with four decimals, a vast one in few digits: logits of 600 are possible."""
    return number(value, 4) if value < 1e9 else plain(value)


def _columns(stages: Arithmetic, names: tuple[str, ...]) -> dict[str, object]:
    return {
        "class": names,
        "sum": stages.sums,
        "bias": stages.bias,
        "logit": stages.logits,
        "exponential": stages.exponentials,
        "probability": stages.probabilities,
    }
