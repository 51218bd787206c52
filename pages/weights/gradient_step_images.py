"""What one step learns from and what it does: the batch, the gradient, the weights before and after."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.figures.weight_images import scale_ends
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import N_, Sentences, _, ngettext
from core.insight.gradient_step import ModelStep
from core.runs import RunRow
from core.training.next_step import NextStep
from pages.components.image_panels import pixel_panels
from pages.run_context.trained_model import prepared_data, state_at

SHOWN: Final = 40
TITLES: Final = Sentences(
    {
        "gradient": N_("The gradient: the loss falls when red weights fall and blue ones rise"),
        "before": N_("The weights before the step"),
        "after": N_("The weights after the step"),
        "change": N_("The change, on a separate colour scale"),
    }
)


def show_batch(run: RunRow, rest: NextStep, view: ModelStep) -> None:
    """Show the images that the step learns from, with the model's answers before it."""
    names = dataset_spec(run.dataset).class_names
    labels, answers = rest.labels.numpy(), view.predictions
    pictures = prepared_data(run.config).images.index_select(0, rest.index).numpy()
    panels = [
        Panel(
            picture,
            names[answer],
            _("is {name}", name=names[label]),
            tone="good" if answer == label else "bad",
        )
        for picture, answer, label in zip(pictures[:SHOWN], answers, labels, strict=False)
    ]
    st.markdown(
        nmarkdown_(
            "**The batch, with the model's predictions before the step** ({shown} of {n} image shown)",
            "**The batch, with the model's predictions before the step** ({shown} of {n} images shown)",
            len(labels),
            shown=len(panels),
        )
    )
    alt = ngettext(
        "The next batch: {right} of {n} image right.",
        "The next batch: {right} of {n} images right.",
        len(labels),
        right=int((answers == labels).sum()),
    )
    pixel_panels(f"batch_{run.id}", panels, alt=alt, px=56)


def show_weights(run: RunRow, view: ModelStep, step: int) -> None:
    """Show, class by class, the gradient image and the weights before and after."""
    before, after = state_at(run.id, step), view.outcomes[0].parameters
    name = next(n for n in ("linear.weight", "hidden1.weight", "conv1.weight") if n in before)
    shape = dataset_spec(run.dataset).image_shape if name != "conv1.weight" else before[name].shape[1:]
    is_class = name == "linear.weight"
    labels = (
        list(dataset_spec(run.dataset).class_names)
        if is_class
        else [f"{k + 1}" for k in range(len(before[name]))]
    )
    count = min(len(labels), 10)
    ends = scale_ends(of_classes=is_class)
    rows = {
        "gradient": (view.gradients[name], _("gradient"), ("", "")),
        "before": (before[name], _("weight"), ends),
        "after": (after[name], _("weight"), ends),
        "change": (after[name] - before[name], _("change"), ("", "")),
    }
    shared = float(np.abs(before[name][:count]).max())
    for row, (values, quantity, row_ends) in rows.items():
        images = values[:count].reshape(count, *shape)
        limit = shared if row in ("before", "after") else float(np.abs(images).max()) or 1.0
        panels = [
            Panel(
                image, labels[k], quantity=quantity, limit=limit, colour=class_colour(k) if is_class else ""
            )
            for k, image in enumerate(images)
        ]
        st.markdown(f"**{markdown_text(TITLES[row])}**")
        alt = f"{TITLES[row]}. {_shown(count, name)}"
        pixel_panels(f"step_{row}_{run.id}", panels, alt=alt, px=84, scale=True, ends=row_ends)
    size = float(np.sqrt(sum((g.astype(np.float64) ** 2).sum() for g in view.gradients.values())))
    st.caption(
        markdown_(
            "The norm of the whole gradient, which tells how steep the loss is here, is {size:number.3}. The step "
            "moves the weights of this layer by {moved:number.4}, all changes taken together. The largest change of "
            "a bias is {bias:signed.4}.",
            size=size,
            moved=float(np.linalg.norm((after[name] - before[name]).astype(np.float64))),
            bias=_largest_bias_move(before, after),
        )
    )


def _shown(count: int, name: str) -> str:
    """Say what there is an image for; name: of the layer's weights."""
    if name == "linear.weight":
        return ngettext("An image for {n} class.", "Images for {n} classes.", count)
    if name == "conv1.weight":
        return ngettext("An image for {n} filter.", "Images for {n} filters.", count)
    return ngettext("An image for {n} hidden unit.", "Images for {n} hidden units.", count)


def _largest_bias_move(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> float:
    moves = np.concatenate([after[n] - before[n] for n in before if n.endswith("bias")])
    return float(moves[np.abs(moves).argmax()])
