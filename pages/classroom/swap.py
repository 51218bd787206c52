"""Swap: my drawings against your model, and yours against mine."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.classroom.board import Boards
from core.classroom.drawings import ClassDrawing
from core.classroom.errors import ClassroomError
from core.classroom.handwriting import Handwriting
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.i18n.translation import _
from core.runs import RunRow
from pages.run_context.class_model import class_model, readings
from pages.server.errors import fragment
from pages.server.visitor import store, visitor


@dataclass(frozen=True)
class Swapped:
    """A member's newest model on others' drawings, and others' models on their own; None where there are none."""

    member_id: str
    nickname: str
    reads_others: float | None
    is_read: float | None


def swapped(runs: dict[str, tuple[str, RunRow | None]], drawings: list[ClassDrawing]) -> list[Swapped]:
    """Return how each member's model reads the others' drawings, and how theirs are read by the others' models.

    runs: member -> (nickname, newest run).
    """
    labels = np.array([one.label for one in drawings], np.int64)
    authors = np.array([one.member_id for one in drawings])
    pixels = np.stack([one.pixels for one in drawings]) if drawings else np.zeros((0, 28, 28), np.uint8)
    right: dict[str, np.ndarray] = {}
    for member_id, (_nickname, run) in runs.items():
        model = class_model(run.id) if run is not None and len(pixels) else None
        if model is not None:
            right[member_id] = readings(model, pixels).argmax(axis=1) == labels
    found = []
    for member_id, (nickname, _run) in runs.items():
        own = authors == member_id
        mine = right.get(member_id)
        others = [answers[own] for other, answers in right.items() if other != member_id]
        reads = None if mine is None or own.all() else float(mine[~own].mean())
        is_read = float(np.concatenate(others).mean()) if others and own.any() else None
        found.append(Swapped(member_id, nickname, reads, is_read))
    return sorted(found, key=lambda one: -(one.reads_others if one.reads_others is not None else -1.0))


@fragment
def swap_section(classroom_id: str) -> None:
    """Draw the table, as it stands when it is asked for."""
    st.subheader(_("Swap"), anchor=False)
    st.markdown(
        _("My drawings against your model: every member's newest model reads the drawings of all others.")
    )
    if (
        not st.button(_("Swap now"), icon=":material/swap_horiz:", key="swap_now")
        and "swap_shown" not in st.session_state
    ):
        return
    st.session_state.swap_shown = True
    try:
        entries = Boards(store()).entries(classroom_id)
        drawings = Handwriting(store()).shared(classroom_id)
    except ClassroomError as error:
        st.error(markdown_text(str(error)))
        return
    table = swapped({one.member.id: (one.member.nickname, one.run) for one in entries}, drawings)
    if not any(one.reads_others is not None for one in table):
        st.caption(
            _("It takes drawings handed in to “Our handwriting”, and models of digits that are trained.")
        )
        return
    frame = pd.DataFrame(
        {
            _("Nickname"): [_name(one) for one in table],
            _("Reads others' drawings"): [_share(one.reads_others) for one in table],
            _("Is read by others' models"): [_share(one.is_read) for one in table],
        }
    )
    alt = _("For each of {n} members, how their model reads others and how others read them.", n=len(table))
    st.dataframe(frame, hide_index=True, alt=alt, key="swap_table")


def _name(one: Swapped) -> str:
    nickname = one.nickname or _("Somebody")
    return _("{nickname} (you)", nickname=nickname) if one.member_id == visitor() else nickname


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)
