"""The same question put to several models, and to one model as it learned."""

import hashlib
from typing import Final

import numpy as np
import streamlit as st

from core.figures.palette import class_colour
from core.figures.run_curves import Chart, Series
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import number
from core.i18n.translation import _
from core.prediction.answer_sentences import headline
from core.prediction.predict import ModelInput, Prediction, predict
from core.pretrained.registry import SHIPPED
from core.runs import RunRow, StoreError
from core.runs.run_labels import distinct_titles
from pages.components.live_chart import live_chart
from pages.draw.model_choice import LoadedModel, ModelUnavailable, comparable_runs, model_at, model_of
from pages.draw.prediction import probability_bars
from pages.server.visitor import store

OTHERS: Final = 3
NAMED: Final = 4  # classes whose curve is drawn
CHART_PX: Final = 300
FEW: Final = 5


def show_model_comparison(model: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
    """Draw the answers of up to four runs side by side, and where they disagree."""
    known = comparable_runs(model)
    names = distinct_titles(known.values())
    chosen = st.multiselect(
        _("Also ask"),
        list(known),
        default=[run_id for run_id in known if run_id in SHIPPED][:1],
        format_func=names.__getitem__,
        max_selections=OTHERS,
        key=f"panel_{model.run.id}",
        persist_state="session",
        help=nmarkdown_(
            "At most {n} run whose images have the same size and classes. Each prepares the drawing like the images "
            "it was trained on.",
            "At most {n} runs whose images have the same size and classes. Each prepares the drawing like the images "
            "it was trained on.",
            OTHERS,
        ),
    )
    models = [model, *_those(chosen, known)]
    answers = [answer, *(one.answer(subject) for one in models[1:])]
    columns = st.columns(len(models))
    for place, (column, one, said) in enumerate(zip(columns, models, answers, strict=True)):
        with column, st.container(key=f"panel_answer_{place}"):
            st.caption(markdown_text(one.name))
            st.markdown(f"**{markdown_text(headline(said, one.spec)[0])}**")
            probability_bars(f"panel_bars_{place}", said, one.spec)
    st.caption(_agreement_in_markdown(models, answers))


def _those(chosen: list[str], known: dict[str, RunRow]) -> list[LoadedModel]:
    found = []
    for run_id in chosen:
        one = model_of(known[run_id])
        if isinstance(one, ModelUnavailable):
            st.caption(markdown_text(one.sentence))
        else:
            found.append(one)
    return found


def _agreement_in_markdown(models: list[LoadedModel], answers: list[Prediction]) -> str:
    """Say whether the models give one answer."""
    if len(models) == 1:
        return _("Choose other runs above to see their answers beside this one.")
    if not answers[0].is_asked:
        return _("Once there is an image, they all answer.")
    names = models[0].spec.class_names
    said = {names[a.best] for a in answers}
    if len(said) == 1 and len(models) == 2:
        return markdown_("Both say {name}.", name=said.pop())
    if len(said) == 1:
        return nmarkdown_("All {n} say {name}.", "All {n} say {name}.", len(models), name=said.pop())
    each = (
        markdown_("{run} says {name}.", run=one.name, name=names[a.best])
        for one, a in zip(models, answers, strict=True)
    )
    return " ".join([_("They disagree."), *each])


def show_learning(model: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
    """Draw the probability of the likeliest classes over the run's snapshots; any of them can be asked."""
    if not answer.is_asked:
        st.caption(_("Once there is an answer, you see here how it developed during training."))
        return
    try:
        steps = store().snapshots(model.run.id)
        past = np.stack(
            [predict(model_at(model.run, step).predictor, subject).probabilities for step in steps]
        )
    except StoreError as error:
        st.error(markdown_text(f"{error}"))
        return
    if len(steps) < 2:
        st.caption(_("The weights of this run have been kept only once, so there is no history to show."))
        return
    if model.step > steps[-1]:  # newer weights that are not kept
        steps, past = [*steps, model.step], np.vstack([past, answer.probabilities])
    st.markdown(f"**{markdown_text(learned_when(steps, past, model.spec.class_names))}**")
    live_chart("learning", _chart(model, steps, past), height=CHART_PX)
    if len(steps) < FEW:
        st.caption(
            nmarkdown_(
                "The weights of this run were kept at only {n} step; a run that you train keeps them at about 60.",
                "The weights of this run were kept at only {n} steps; a run that you train keeps them at about 60.",
                len(steps),
            )
        )
    step = st.select_slider(
        _("Ask it as it was after step"),
        steps,
        value=steps[-1],
        format_func=lambda step: number(step),
        key=f"learning_step_{model.run.id}_{steps[-1]}",
        help=_("The steps whose weights were kept. Default: the latest."),
    )
    then = past[steps.index(step)]
    best = int(then.argmax())
    st.caption(
        markdown_(
            "After step {step} it said {name} ({share:percent}).",
            step=step,
            name=model.spec.class_names[best],
            share=float(then[best]),
        )
    )


def learned_when(steps: list[int], past: np.ndarray, names: tuple[str, ...]) -> str:
    """Return in one sentence when the run came to its answer. past: (snapshots, K) probabilities."""
    best = past.argmax(axis=1)
    final = int(best[-1])
    changed = np.flatnonzero(best != final)
    first = steps[int(np.flatnonzero(best == final)[0])]
    if not len(changed):
        return _("It has said {name} from the very start.", name=names[final])
    settled = steps[int(changed[-1]) + 1]
    if settled == first:
        return _("It has said {name} since step {step}.", name=names[final], step=settled)
    return _(
        "It first said {name} at step {first} and has kept to it since step {settled}.",
        name=names[final],
        first=first,
        settled=settled,
    )


def _chart(model: LoadedModel, steps: list[int], past: np.ndarray) -> Chart:
    likeliest = sorted(np.argsort(-past.max(axis=0), kind="stable")[:NAMED])
    x = np.array(steps, np.float64)
    names = model.spec.class_names
    series = tuple(
        Series(str(k), names[k], "line", (class_colour(k), class_colour(k)), x, 100 * past[:, k])
        for k in (int(k) for k in likeliest)
    )
    question = hashlib.sha256(past[:2].tobytes()).hexdigest()[:8]  # another drawing: other points
    return Chart(
        run=f"{model.run.id}-{question}",
        title=_("Probability of each class (%)"),
        x_title=_("Training step"),
        x_end=float(model.run.total_steps or steps[-1]),
        percent=True,
        series=series,
        alt=learned_when(steps, past, names),
    )
