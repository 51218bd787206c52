"""Our handwriting: what the class has drawn, as a dataset whose halves are different people."""

from collections import Counter
from collections.abc import Callable

import streamlit as st

from core.access.rules import Action
from core.classroom.activities import Activity
from core.classroom.classrooms import Classrooms
from core.classroom.drawings import DIGITS, ClassDrawing
from core.classroom.errors import ClassroomError
from core.classroom.handwriting import EACH, Handwriting
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.live.class_news import class_mark
from pages.classroom.drawing_picture import drawing_picture
from pages.components.live_channel import follow
from pages.components.navigation import page
from pages.run_context.form_config import put_dataset
from pages.server.errors import fragment, trouble_told
from pages.server.visitor import store


@fragment
def handwriting_section(classroom_id: str) -> None:
    """Draw what is collected: for a teacher how it is begun, ended and made a dataset, for a member their own."""
    writing = Handwriting(store())
    try:
        classroom, activity = Classrooms(store()).get(classroom_id), writing.latest(classroom_id)
        leads = writing.may(Action.LEAD_CLASS, classroom_id)
        if activity is None and leads:
            _start_panel(classroom_id)
        if activity is not None:
            st.subheader(_("Our handwriting"), anchor=False)
            st.markdown(
                nmarkdown_(
                    "{n} drawing has been handed in.",
                    "{n} drawings have been handed in.",
                    writing.count(classroom_id),
                )
            )
            if leads:
                _tools(classroom_id, activity, classroom.title)
            elif writing.may(Action.TAKE_PART, classroom_id):
                _mine(classroom_id, activity, writing.mine(classroom_id))
            _train(writing.dataset(classroom_id))
    except ClassroomError as error:
        st.error(markdown_text(str(error)))
        return
    follow("handwriting", {("class", classroom_id): {"page": class_mark(classroom)}})


def _start_panel(classroom_id: str) -> None:
    with st.expander(_("Start “Our handwriting”"), icon=":material/edit:", key="handwriting_panel"):
        st.markdown(
            markdown_(
                "Everybody draws the ten digits on Draw, each up to {n} times, and hands them in. Half of the class "
                "then teaches a model, the others test it: does it read hands that it has never seen?",
                n=EACH,
            )
        )
        st.button(_("Start"), type="primary", key="handwriting_start", on_click=_start, args=(classroom_id,))


def _tools(classroom_id: str, activity: Activity, title: str) -> None:
    with st.container(horizontal=True, key="handwriting_tools"):
        if activity.goes_on:
            st.button(
                _("End the collecting"),
                icon=":material/flag:",
                key="handwriting_end",
                on_click=_end,
                args=(classroom_id,),
            )
        else:
            st.button(_("Collect anew"), key="handwriting_start", on_click=_start, args=(classroom_id,))
        st.button(
            _("Make it the class's dataset"),
            icon=":material/dataset:",
            key="handwriting_dataset",
            help=_(
                "Half of the members are the training set, the others the test set. An earlier one is replaced."
            ),
            on_click=_make,
            args=(classroom_id, _("Handwriting of {title}", title=title)),
        )


def _mine(classroom_id: str, activity: Activity, drawings: list[ClassDrawing]) -> None:
    """Draw a member's own drawings, which they can take back, and what is missing."""
    counts = Counter(one.label for one in drawings)
    missing = [name for label, name in enumerate(DIGITS) if not counts[label]]
    if activity.goes_on:
        if missing:
            st.markdown(markdown_("Of you, these are missing: {digits:list}.", digits=missing))
        else:
            st.markdown(_("You have drawn all ten digits."))
        st.page_link(page("draw"), label=_("Draw digits"), icon=":material/draw:")
    if not drawings:
        return
    with st.expander(
        nmarkdown_("Your {n} drawing", "Your {n} drawings", len(drawings)), key="handwriting_mine"
    ):
        for start in range(0, len(drawings), 5):
            for column, one in zip(st.columns(5), drawings[start : start + 5], strict=False):
                with column:
                    drawing_picture(one.pixels, _("Your {digit}", digit=DIGITS[one.label]), zoom=2)
                    st.button(
                        _("Take back"), key=f"back_{one.id}", on_click=_take_back, args=(classroom_id, one.id)
                    )


def _train(dataset: str) -> None:
    if dataset:
        st.button(
            _("Train on our handwriting"),
            icon=":material/play_arrow:",
            key="handwriting_train",
            on_click=put_dataset,
            args=(dataset,),
        )
        if st.session_state.get("handwriting_train"):
            st.switch_page(page("train"))


def _start(classroom_id: str) -> None:
    _do(lambda writing: writing.start(classroom_id))


def _end(classroom_id: str) -> None:
    _do(lambda writing: writing.end(classroom_id))


def _make(classroom_id: str, title: str) -> None:
    _do(lambda writing: writing.make_dataset(classroom_id, title))


def _take_back(classroom_id: str, drawing_id: str) -> None:
    _do(lambda writing: writing.take_back(classroom_id, drawing_id))


def _do(order: Callable[[Handwriting], object]) -> None:
    with trouble_told():
        order(Handwriting(store()))
