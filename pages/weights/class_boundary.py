"""What separates one class from another: the difference of their weights, and the images nearest to the border."""

import streamlit as st

from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import signed
from core.insight.captions.weights import border as border_caption
from core.insight.confusion import confusion_matrix, most_confused
from core.insight.weight_analysis import decision_boundary, nearest_to_boundary
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import image_choice, pixel_panels
from pages.run_context.image_explanation import show_case
from pages.run_context.trained_model import Scores, scores, state_at, test_images, unit_linear

NEAREST = 20


def show_class_boundary(run: RunRow) -> None:
    """Let the visitor pick two classes; show what speaks for one against the other, and who lies between."""
    found = scores(run)
    names = dataset_spec(run.dataset).class_names
    a, b = _pair(run, found, names)
    if a == b:
        st.caption("Choose two different classes.")
        return
    weight, bias = unit_linear(run.config, dataset_spec(run.dataset), state_at(run.id, found.step))
    edge = decision_boundary(weight, bias, a, b)
    near = nearest_to_boundary(found.logits, edge, NEAREST)
    image = edge.image.reshape(dataset_spec(run.dataset).image_shape)
    sentence = border_caption(edge, near, names)
    left, right = st.columns([2, 3], gap="large")
    with left:
        alt = f"Weights of {names[a]} minus weights of {names[b]}. {sentence}"
        difference = Panel(image, f"{names[a]} − {names[b]}", quantity="difference")
        pixel_panels(
            "border_image",
            [difference],
            alt=alt,
            px=330,
            scale=True,
            ends=(f"for {names[b]}", f"for {names[a]}"),
        )
        captioned("border", sentence, lambda: {"pixel": range(edge.image.size), "difference": edge.image})
    with right:
        st.markdown(f"**The {len(near.indices)} test images nearest to the border**")
        panels = [
            Panel(
                test_images(run)[found.index[i]],
                names[found.labels[i]],
                signed(float(d), 3),
                colour=class_colour(int(found.labels[i])),
                name=int(found.index[i]),
            )
            for i, d in zip(near.indices, near.distances, strict=True)
        ]
        if not panels:
            st.caption(
                f"No test image has {markdown_text(names[a])} and {markdown_text(names[b])} as its two best classes."
            )
            return
        alt = f"The {len(panels)} test images nearest to the border between {names[a]} and {names[b]}."
        index = image_choice(f"border_{run.id}_{a}_{b}", panels, alt=alt, px=68, chosen=panels[0].name)
        st.caption(
            "Beneath each: what it is, and its distance from the border, + on the side of "
            f"{markdown_text(names[a])}. Choose one."
        )
    place = {int(found.index[i]): int(found.labels[i]) for i in near.indices}
    if index is not None:
        show_case(f"border_case_{run.id}", run, found.step, index, place[index], a, b)


def _pair(run: RunRow, found: Scores, names: tuple[str, ...]) -> tuple[int, int]:
    """Return the two classes chosen, at first those that the run confuses most."""
    worst = most_confused(confusion_matrix(found.logits, found.labels))
    first, second = (worst.a, worst.b) if worst else (0, 1)
    classes = list(range(len(names)))
    left, right, _ = st.columns([1, 1, 2])
    with left:
        a = st.selectbox(
            "Class", classes, index=first, format_func=lambda k: names[k], key=f"border_a_{run.dataset}",
            persist_state="session", help="Red speaks for this one. Default: one of the pair confused most.",
        )  # fmt: skip
    with right:
        b = st.selectbox(
            "against", classes, index=second, format_func=lambda k: names[k], key=f"border_b_{run.dataset}",
            persist_state="session", help="Blue speaks for this one.",
        )  # fmt: skip
    return a, b
