"""Inside an MLP or a CNN: which hidden units feed a class, and what each layer makes of an image."""

import numpy as np
import pandas as pd
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.shortage import never_tested
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import signed
from core.i18n.translation import _, ngettext
from core.insight.activations import feeders, hidden_activations, layer_outputs
from core.insight.captions.weights import feature_maps as maps_caption
from core.insight.captions.weights import fed_by
from core.models.build import scale_images
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.image_panels import pixel_panels
from pages.components.number_columns import with_numbers
from pages.run_context.guards import has_test_images
from pages.run_context.trained_model import model_at, newest_step, prepared_data, state_at, test_images
from pages.server.visitor import image_data

IMAGES = 500
FEEDERS = 10


def show_unit_contributions(run: RunRow) -> None:
    """Show, for one class, the hidden units that speak most for and against it."""
    if not has_test_images(run):
        return
    spec = dataset_spec(run.dataset)
    names = spec.class_names
    label = st.selectbox(
        _("Class"), range(len(names)), format_func=lambda k: names[k], key=f"fed_{run.dataset}",
        persist_state="session",
        help=markdown_(
            "Up to {n} test images of this class go through the model. You see what each hidden unit adds to the "
            "class's logit (the score before it becomes a probability), on average.",
            n=IMAGES,
        ),
        width=240,
    )  # fmt: skip
    step = newest_step(run)
    state = state_at(run.id, step)
    chosen = np.flatnonzero(image_data(run.dataset).test_labels == label)[:IMAGES]
    if not len(chosen):
        st.caption(markdown_text(never_tested([names[label]])))
        return
    scaled = scale_images(prepared_data(run.config).test_images[chosen], spec, run.config.scaling).numpy()
    last = f"activation{len(run.config.hidden_sizes)}"
    activations = hidden_activations(model_at(run.id, step), scaled, last)
    fed = feeders(activations, state["output.weight"], state["output.bias"], label, FEEDERS)
    sentence = fed_by(fed, names)
    if len(run.config.hidden_sizes) == 1:
        images = state["hidden1.weight"][fed.units].reshape(-1, *spec.image_shape)
        panels = [
            Panel(
                image,
                _("unit {number}", number=int(k) + 1),
                _("adds {amount:signed}", amount=float(c)),
                quantity=_("weight"),
                tone="good" if c > 0 else "bad",
            )
            for image, k, c in zip(images, fed.units, fed.contributions, strict=True)
        ]
        alt = " ".join([_("What the hidden units look for."), sentence])
        pixel_panels(f"hidden_units_{run.id}", panels, alt=alt, px=150, columns=5)
        st.caption(_("Ink on red pixels activates a unit, ink on blue ones inhibits it."))
    units = [_("unit {number}", number=int(k) + 1) for k in fed.units]
    rows = [*units, _("all other units"), _("bias"), _("average logit (score)")]
    total = float(fed.contributions.sum()) + fed.rest + fed.bias
    values = [*(float(c) for c in fed.contributions), fed.rest, fed.bias, total]
    st.dataframe(
        with_numbers(pd.DataFrame({"what": rows, "adds": values}), {"adds": lambda value: signed(value, 3)}),
        hide_index=True, height="content", alt=sentence, width=360,
        column_config={
            "what": st.column_config.Column(_("Part of the model")),
            "adds": st.column_config.NumberColumn(_("Adds to the logit")),
        },
    )  # fmt: skip
    captioned(
        "hidden_units", sentence, lambda: {"what": rows, "adds to the logit": values}
    )  # not said: columns of the file


def show_feature_maps(run: RunRow) -> None:
    """Show what each layer of a CNN makes of one test image."""
    if not has_test_images(run):
        return
    spec, labels = dataset_spec(run.dataset), image_data(run.dataset).test_labels
    index = int(
        st.number_input(
            _("Test image"), 0, len(labels) - 1, 0, key=f"maps_{run.dataset}", persist_state="session", width=240,
            help=markdown_("Its number in the test set, 0 to {last}. Default: 0.", last=len(labels) - 1),
        )
    )  # fmt: skip
    image = prepared_data(run.config).test_images[index : index + 1]
    outputs = layer_outputs(
        model_at(run.id, newest_step(run)), scale_images(image, spec, run.config.scaling).numpy()
    )
    layers = {
        name: maps[0] for name, maps in outputs.items() if maps.ndim == 4 and name.startswith("activation")
    }
    answer = int(outputs["output"][0].argmax())
    left, right = st.columns([1, 5])
    with left:
        names, tone = spec.class_names, "good" if answer == labels[index] else "bad"
        is_what = _("is {name}", name=names[labels[index]])
        picture = Panel(
            test_images(run)[index], names[answer], is_what, colour=class_colour(answer), tone=tone
        )
        pixel_panels(f"mapped_{run.id}", [picture], alt=_("Test image {index}.", index=index), px=130)
    with right:
        for number, (name, maps) in enumerate(layers.items(), start=1):
            st.markdown(
                nmarkdown_(
                    "**Layer {number}: {n} map of {height} × {width} pixels**",
                    "**Layer {number}: {n} maps of {height} × {width} pixels**",
                    len(maps),
                    number=number,
                    height=maps.shape[1],
                    width=maps.shape[2],
                )
            )
            top = float(maps.max()) or 1.0
            panels = [
                Panel(one[None], f"{k + 1}", quantity=_("activation"), limit=top)
                for k, one in enumerate(maps)
            ]
            alt = ngettext(
                "The {n} feature map of layer {number} for test image {index}.",
                "The {n} feature maps of layer {number} for test image {index}.",
                len(maps),
                number=number,
                index=index,
            )
            pixel_panels(f"maps_{name}_{run.id}", panels, alt=alt, px=64, scale=True, ends=("", ""))
    sentence = maps_caption(list(layers.values()))
    captioned(
        "maps",
        sentence,
        lambda: {
            "layer": [n for n, maps in layers.items() for _ in maps],
            "map": [k + 1 for maps in layers.values() for k in range(len(maps))],
            "largest": [float(one.max()) for maps in layers.values() for one in maps],
            "mean": [float(one.mean()) for maps in layers.values() for one in maps],
        },
    )
