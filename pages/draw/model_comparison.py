"""The same question put to several models, and to one model as it learned."""

import hashlib
from typing import Final

import numpy as np
import streamlit as st

from core.figures.palette import class_colour
from core.figures.run_curves import Chart, Series
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.prediction.predict import ModelInput, Prediction, predict
from core.pretrained.registry import SHIPPED
from core.runs import RunRow, StoreError
from core.runs.run_labels import distinct_titles
from pages.components.live_chart import live_chart
from pages.draw.model_choice import LoadedModel, ModelUnavailable, comparable_runs, model_at, model_of
from pages.draw.prediction import headline, probability_bars
from pages.server.services import store

OTHERS: Final = 3
NAMED: Final = 4  # classes whose curve is drawn
CHART_PX: Final = 300
FEW: Final = 5


def show_model_comparison(model: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
    """Draw the answers of up to four runs side by side, and where they disagree."""
    known = comparable_runs(model)
    names = distinct_titles(known.values())
    chosen = st.multiselect(
        "Ask these as well",
        list(known),
        default=[run_id for run_id in known if run_id in SHIPPED][:1],
        format_func=names.__getitem__,
        max_selections=OTHERS,
        key=f"panel_{model.run.id}",
        persist_state="session",
        help="Up to three runs on images of the same shape and classes; each prepares the drawing its own way.",
    )
    models = [model, *_those(chosen, known)]
    answers = [answer, *(one.answer(subject) for one in models[1:])]
    columns = st.columns(len(models))
    for place, (column, one, said) in enumerate(zip(columns, models, answers, strict=True)):
        with column, st.container(key=f"panel_answer_{place}"):
            st.caption(markdown_text(one.name))
            st.markdown(f"**{markdown_text(headline(said, one.spec)[0])}**")
            probability_bars(f"panel_bars_{place}", said, one.spec)
    st.caption(markdown_text(_agreement(models, answers)))


def _those(chosen: list[str], known: dict[str, RunRow]) -> list[LoadedModel]:
    found = []
    for run_id in chosen:
        one = model_of(known[run_id])
        if isinstance(one, ModelUnavailable):
            st.caption(markdown_text(one.sentence))
        else:
            found.append(one)
    return found


def _agreement(models: list[LoadedModel], answers: list[Prediction]) -> str:
    if len(models) == 1:
        return "Choose others above, and they answer beside it."
    if not answers[0].is_asked:
        return "Draw something, and all of them answer."
    names = models[0].spec.class_names
    said = {names[a.best] for a in answers}
    if len(said) == 1:
        return f"All {len(models)} say {said.pop()}."
    each = ", ".join(f"{one.name} says {names[a.best]}" for one, a in zip(models, answers, strict=True))
    return f"They disagree: {each}."


def show_learning(model: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
    """Draw the probability of the likeliest classes over the run's snapshots; any of them can be asked."""
    if not answer.is_asked:
        st.caption(
            "Once there is something to ask about, here is how the answer came to be while the run trained."
        )
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
        st.caption("This run has kept a single snapshot; there is no history to show yet.")
        return
    if model.step > steps[-1]:  # newer weights that are not kept
        steps, past = [*steps, model.step], np.vstack([past, answer.probabilities])
    st.markdown(f"**{markdown_text(learned_when(steps, past, model.spec.class_names))}**")
    live_chart("learning", _chart(model, steps, past), height=CHART_PX)
    if len(steps) < FEW:
        st.caption(
            f"Of this run only {len(steps)} snapshots were kept; a run that you train keeps about sixty."
        )
    step = st.select_slider(
        "Ask it as it was after step",
        steps,
        value=steps[-1],
        format_func=lambda step: f"{step:,}",
        key=f"learning_step_{model.run.id}_{steps[-1]}",
        help="Any snapshot that the run kept. Default: the newest.",
    )
    then = past[steps.index(step)]
    best = int(then.argmax())
    name = markdown_text(model.spec.class_names[best])
    st.caption(f"After step {step:,} it said {name} ({percent(then[best])}).")


def learned_when(steps: list[int], past: np.ndarray, names: tuple[str, ...]) -> str:
    """Return in one sentence when the run came to its answer. past: (snapshots, K) probabilities."""
    best = past.argmax(axis=1)
    final = int(best[-1])
    changed = np.flatnonzero(best != final)
    first = steps[int(np.flatnonzero(best == final)[0])]
    if not len(changed):
        return f"It has said {names[final]} from the very start."
    settled = steps[int(changed[-1]) + 1]
    if settled == first:
        return f"It has said {names[final]} since step {settled:,}."
    return f"It first said {names[final]} at step {first:,} and has kept to it since step {settled:,}."


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
        title="Probability of each class (%)",
        x_title="Training step",
        x_end=float(model.run.total_steps or steps[-1]),
        percent=True,
        series=series,
        alt=learned_when(steps, past, names),
    )
