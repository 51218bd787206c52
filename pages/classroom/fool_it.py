"""Fool it: drawings that people read one way and the class's model another."""

from collections.abc import Callable

import streamlit as st

from core.access.rules import Action
from core.classroom.activities import Activity
from core.classroom.classrooms import Classrooms
from core.classroom.drawings import DIGITS, ClassDrawing
from core.classroom.errors import ClassroomError
from core.classroom.fool_it import ENOUGH, Attempt, FoolIt
from core.config.config_title import MODELS
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.live.class_news import class_mark
from core.pretrained.registry import SHIPPED, shipped_config
from core.runs.run_labels import title
from pages.classroom.drawing_picture import drawing_picture
from pages.components.live_channel import follow
from pages.components.navigation import page
from pages.run_context.class_model import class_model, why
from pages.run_context.selected_run import selected_run
from pages.server.errors import fragment, trouble_told
from pages.server.visitor import store, visitor

SHOWN = 24  # drawings in the gallery


@fragment
def fool_section(classroom_id: str) -> None:
    """Draw the game: for a teacher how it is begun and ended, for a member what to say of others' drawings."""
    game = FoolIt(store())
    try:
        classroom, activity = Classrooms(store()).get(classroom_id), game.latest(classroom_id)
        leads = game.may(Action.LEAD_CLASS, classroom_id)
        if leads:
            _tools(classroom_id, activity)
        if activity is not None:
            _rules(activity)
            if activity.goes_on and game.may(Action.TAKE_PART, classroom_id):
                _judge(classroom_id, game.to_judge(classroom_id))
            _gallery(classroom_id, game.standings(classroom_id)[:SHOWN], activity, leads=leads)
    except ClassroomError as error:
        st.error(markdown_text(str(error)))
        return
    follow("fool", {("class", classroom_id): {"page": class_mark(classroom)}})


def _tools(classroom_id: str, activity: Activity | None) -> None:
    if activity is not None and activity.goes_on:
        st.button(
            _("End the game"), icon=":material/flag:", key="fool_end", on_click=_end, args=(classroom_id,)
        )
        return
    with st.expander(_("Start “Fool it”"), icon=":material/theater_comedy:", key="fool_panel"):
        st.markdown(
            _(
                "Everybody draws digits that people read one way and the class's model another, and hands them in on "
                "Draw. The others say what they see."
            )
        )
        names = {
            run_id: _("Ready model: {model}", model=MODELS[shipped_config(run_id).model])
            for run_id in SHIPPED
        }
        names = {run_id: name for run_id, name in names.items() if class_model(run_id)}
        run = selected_run()
        if run is not None and class_model(run.id):
            names = {run.id: _("Selected run: {run}", run=title(run)), **names}
        st.selectbox(
            _("The class's model"), [*names], format_func=names.__getitem__, key="fool_run", width=460
        )
        st.button(_("Start"), type="primary", key="fool_start", on_click=_start, args=(classroom_id,))


def _start(classroom_id: str) -> None:
    _do(lambda game: game.start(classroom_id, str(st.session_state.fool_run)))


def _end(classroom_id: str) -> None:
    _do(lambda game: game.end(classroom_id))


def _rules(activity: Activity) -> None:
    st.subheader(_("Fool it") if activity.goes_on else _("The last game of “Fool it”"), anchor=False)
    st.caption(
        markdown_(
            "A drawing counts once {n} others, in a small class all of them, have said what they see without seeing "
            "the answers, and at least half of them say what its author says. The model's surest mistake is first.",
            n=ENOUGH,
        )
    )


def _judge(classroom_id: str, drawing: ClassDrawing | None) -> None:
    """Draw somebody else's drawing, and a button for each digit that it may be."""
    if drawing is None:
        st.markdown(_("You have said what you see in all drawings so far."))
        st.page_link(page("draw"), label=_("Draw one yourself"), icon=":material/draw:")
        return
    st.markdown(_("**What do you see?**"))
    with st.container(key="judged"):
        drawing_picture(drawing.pixels, _("A drawing of somebody in the class"), zoom=6)
    with st.container(horizontal=True, key="opinions"):
        for label, name in enumerate(DIGITS):
            st.button(
                markdown_text(name), key=f"say_{label}", on_click=_say, args=(classroom_id, drawing.id, label)
            )


def _say(classroom_id: str, drawing_id: str, label: int) -> None:
    _do(lambda game: game.judge(classroom_id, drawing_id, label))


def _gallery(classroom_id: str, attempts: list[Attempt], activity: Activity, *, leads: bool) -> None:
    if not attempts:
        st.caption(_("Nothing counts yet."))
        return
    model = class_model(str(activity.terms["run_id"]))
    for start in range(0, len(attempts), 4):
        for column, attempt in zip(st.columns(4), attempts[start : start + 4], strict=False):
            with column, st.container(key=f"fooled_{attempt.drawing.id}"):
                drawing_picture(attempt.drawing.pixels, _alt(attempt))
                st.markdown(_said_in_markdown(attempt))
                if model is not None:
                    st.caption(markdown_text(why(model, attempt.drawing.pixels)))
                _own_tools(classroom_id, attempt.drawing, leads=leads)


def _own_tools(classroom_id: str, drawing: ClassDrawing, *, leads: bool) -> None:
    if leads and not drawing.is_shown:
        st.button(_("Show it"), key=f"fool_nod_{drawing.id}", on_click=_nod, args=(classroom_id, drawing.id))
    if drawing.member_id == visitor():
        st.button(
            _("Take back"),
            key=f"fool_back_{drawing.id}",
            on_click=_take_back,
            args=(classroom_id, drawing.id),
        )
    elif leads:
        st.button(
            _("Remove"), key=f"fool_remove_{drawing.id}", on_click=_remove, args=(classroom_id, drawing.id)
        )


def _nod(classroom_id: str, drawing_id: str) -> None:
    _do(lambda game: game.nod(classroom_id, drawing_id))


def _take_back(classroom_id: str, drawing_id: str) -> None:
    _do(lambda game: game.take_back(classroom_id, drawing_id))


def _remove(classroom_id: str, drawing_id: str) -> None:
    _do(lambda game: game.remove(classroom_id, drawing_id))


def _do(order: Callable[[FoolIt], object]) -> None:
    with trouble_told():
        order(FoolIt(store()))


def _alt(attempt: Attempt) -> str:
    return _("Drawing of a {digit}", digit=DIGITS[attempt.drawing.label])


def _said_in_markdown(attempt: Attempt) -> str:
    """Return, as Markdown, who says what, and how far the drawing is from counting."""
    drawing = attempt.drawing
    said = markdown_(
        "**{nickname}** says {label}, the model {reading} ({confidence:percent.0}).",
        nickname=drawing.nickname or _("Somebody"),
        label=DIGITS[drawing.label],
        reading=DIGITS[drawing.reading or 0],
        confidence=drawing.confidence or 0.0,
    )
    if attempt.counts:
        counted = markdown_("{agree} of {n} others agree.", agree=attempt.agree, n=attempt.opinions)
    elif attempt.opinions < attempt.needed:
        counted = nmarkdown_(
            "{n} more has to say what they see.",
            "{n} more have to say what they see.",
            attempt.needed - attempt.opinions,
        )
    else:
        counted = markdown_("Only {agree} of {n} others agree.", agree=attempt.agree, n=attempt.opinions)
    return f"{said} {counted}"
