"""What separates one class from another: the difference of their weights, and the images nearest to the border."""

import streamlit as st

from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import signed
from core.i18n.translation import _, ngettext
from core.insight.captions.weights import border as border_caption
from core.insight.confusion import confusion_matrix, most_confused
from core.insight.weight_analysis import DecisionBoundary, Neighbours, decision_boundary, nearest_to_boundary
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import image_choice, pixel_panels
from pages.run_context.guards import has_test_images
from pages.run_context.image_explanation import show_case
from pages.run_context.trained_model import Scores, scores, state_at, test_images, unit_linear

NEAREST = 20


def show_class_boundary(run: RunRow) -> None:
    """Let the visitor pick two classes; show what speaks for one against the other, and who lies between."""
    found = scores(run)
    names = dataset_spec(run.dataset).class_names
    a, b = _pair(run, found, names)
    if a == b:
        st.caption(_("Choose two different classes."))
        return
    weight, bias = unit_linear(run.config, dataset_spec(run.dataset), state_at(run.id, found.step))
    edge = decision_boundary(weight, bias, a, b)
    near = nearest_to_boundary(found.logits, edge, NEAREST)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _show_difference(run, edge, border_caption(edge, near, names), names)
    with right:
        index = _show_nearest(run, found, near, edge, names)
    place = {int(found.index[i]): int(found.labels[i]) for i in near.indices}
    if index is not None:
        show_case(f"border_case_{run.id}", run, found.step, index, place[index], a, b)


def _show_difference(run: RunRow, edge: DecisionBoundary, sentence: str, names: tuple[str, ...]) -> None:
    image = edge.image.reshape(dataset_spec(run.dataset).image_shape)
    a, b = names[edge.a], names[edge.b]
    pixel_panels(
        "border_image",
        [Panel(image, f"{a} − {b}", quantity=_("difference"))],
        alt=" ".join([_("Weights of {a} minus weights of {b}.", a=a, b=b), sentence]),
        px=330,
        scale=True,
        ends=(_("for {name}", name=b), _("for {name}", name=a)),
    )
    captioned("border", sentence, lambda: {"pixel": range(edge.image.size), "difference": edge.image})


def _show_nearest(
    run: RunRow, found: Scores, near: Neighbours, edge: DecisionBoundary, names: tuple[str, ...]
) -> int | None:
    """Show the images nearest to the border; return the test index of the one chosen."""
    a, b = names[edge.a], names[edge.b]
    if not has_test_images(run):
        return None
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
        st.caption(markdown_("No test image has {a} and {b} as its two most probable classes.", a=a, b=b))
        return None
    st.markdown(
        nmarkdown_(
            "**The {n} test image nearest to the decision boundary**",
            "**The {n} test images nearest to the decision boundary**",
            len(panels),
        )
    )
    alt = ngettext(
        "The {n} test image nearest to the decision boundary between {a} and {b}.",
        "The {n} test images nearest to the decision boundary between {a} and {b}.",
        len(panels),
        a=a,
        b=b,
    )
    key = f"border_{run.id}_{edge.a}_{edge.b}"
    index = image_choice(key, panels, alt=alt, px=68, chosen=panels[0].name)
    st.caption(
        markdown_(
            "Below each image: its label, and its distance from the boundary (+ means on the side of {name}). Choose "
            "one to see what speaks for each class.",
            name=a,
        )
    )
    return index


def _pair(run: RunRow, found: Scores, names: tuple[str, ...]) -> tuple[int, int]:
    """Return the two classes chosen, at first those that the run confuses most."""
    worst = most_confused(confusion_matrix(found.logits, found.labels))
    first, second = (worst.a, worst.b) if worst else (0, 1)
    classes = list(range(len(names)))
    left, right, _rest = st.columns([1, 1, 2])
    with left:
        a = st.selectbox(
            _("Class"), classes, index=first, format_func=lambda k: names[k], key=f"border_a_{run.dataset}",
            persist_state="session",
            help=_("Red pixels speak for this class. Default: one of the two classes most often confused."),
        )  # fmt: skip
    with right:
        b = st.selectbox(
            _("Other class"), classes, index=second, format_func=lambda k: names[k], key=f"border_b_{run.dataset}",
            persist_state="session",
            help=_("Blue pixels speak for this class. Default: the other of the two most often confused."),
        )  # fmt: skip
    return a, b
