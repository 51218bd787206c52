"""A lesson practised with simulated members: started, watched, ended and removed by a teacher."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomError
from core.classroom.practice import (
    MOST_MINUTES,
    MOST_STUDENTS,
    USUAL_MINUTES,
    USUAL_STUDENTS,
    Practice,
    Practices,
)
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import N_, _
from core.live.class_news import class_mark
from pages.classroom.lead_line import BOARD, CHOSEN, SECTION
from pages.components.live_channel import follow
from pages.server.errors import fragment, trouble_told
from pages.server.practising import is_there, start_practice
from pages.server.visitor import renew_roles, store

# What the program calls its figures.
JOINED: Final = "joined, s"  # not said: a key
STEPS: Final = "first trained step on its own screen, s"  # not said: a key
ANSWERS: Final = "answer to a drawing, ms"  # not said: a key
BEHIND: Final = "board behind a run's own page, ms"  # not said: a key
# Seconds to one of its units, and what is said of a few measurements and of many.
WAITED: Final = {
    STEPS: (
        1,
        N_(
            "From pressing Train to the first trained step: usually {half:duration}, for the slowest {most:duration}."
        ),
        N_(
            "From pressing Train to the first trained step: usually {half:duration}, for the slowest one in twenty "
            "{most:duration}."
        ),
    ),
    ANSWERS: (
        0.001,
        N_("The answer to a drawing: usually {half:duration}, the slowest {most:duration}."),
        N_(
            "The answer to a drawing: usually {half:duration}, for the slowest one in twenty {most:duration}."
        ),
    ),
    BEHIND: (
        0.001,
        N_("The board behind a run's own page: usually {half:duration}, at most {most:duration}."),
        N_(
            "The board behind a run's own page: usually {half:duration}, in one case of twenty {most:duration}."
        ),
    ),
}
ONE_IN: Final = 20
MOST_ERRORS: Final = 8  # kinds of them, the most frequent


@fragment
def practice_section(classroom_id: str) -> None:
    """Draw how the class is practised, what comes of it, and how it is removed; it follows the class."""
    try:
        classroom = Classrooms(store()).get(classroom_id)
        practice = Practices(store()).latest(classroom_id)
    except ClassroomError as error:
        st.error(markdown_text(str(error)))
        return
    st.subheader(_("Practise with simulated members"), anchor=False)
    if practice is None:
        st.markdown(
            _(
                "Try the lesson before your class comes: simulated members join, train, draw and look at the board, "
                "and you lead them. They have a class of their own with the settings of this one, so nothing of "
                "yours is touched."
            )
        )
        _form(classroom_id)
    elif practice.is_running:
        _running(classroom_id, practice)
    else:
        _over(classroom_id, practice)
    follow("practice", {("class", classroom_id): {"page": class_mark(classroom)}})


def _form(classroom_id: str) -> None:
    if not is_there():
        st.info(
            _(
                "The program that simulates members is not part of this installation: its folder “benchmarks” is "
                "missing. Whoever runs this Inkling can add it."
            )
        )
        return
    with (
        st.form("practise", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", key="practise_fields"),
    ):
        st.number_input(_("Members"), 1, MOST_STUDENTS, USUAL_STUDENTS, key="practise_members", width=150)
        st.number_input(
            _("Minutes"),
            1,
            MOST_MINUTES,
            USUAL_MINUTES,
            key="practise_minutes",
            help=_("So long they go on once all have joined, which takes a minute."),
            width=150,
        )
        st.form_submit_button(
            _("Start the practice"),
            icon=":material/smart_toy:",
            key="practise_start",
            on_click=_start,
            args=(classroom_id,),
        )


def _running(classroom_id: str, practice: Practice) -> None:
    if practice.is_ending:
        st.markdown(_("The practice is ending. What was measured is here in a moment."))
    else:
        st.markdown(
            nmarkdown_(
                "{n} simulated member has practised since {began:date_time}. It goes on for {minutes} min once it has "
                "joined.",
                "{n} simulated members have practised since {began:date_time}. They go on for {minutes} min once all "
                "have joined.",
                practice.students,
                began=practice.began_at,
                minutes=practice.minutes,
            )
        )
    with st.container(horizontal=True, key="practice_buttons"):
        _way(classroom_id, practice)
        if not practice.is_ending:
            st.button(
                _("End the practice"),
                icon=":material/stop:",
                key="practice_end",
                on_click=_end,
                args=(classroom_id,),
            )


def _over(classroom_id: str, practice: Practice) -> None:
    with st.container(key="practice_result"):
        st.markdown(_result_in_markdown(practice))
    with st.container(horizontal=True, key="practice_buttons"):
        _way(classroom_id, practice)
        with st.popover(_("Remove the practice"), icon=":material/delete_forever:", key="practice_remove"):
            st.markdown(
                markdown_(
                    "Deletes the class “{title}” for good, with all who are in it and what they made. Your own class "
                    "stays as it is.",
                    title=practice.title,
                )
            )
            st.button(
                _("Delete it for good"),
                type="primary",
                key="practice_erase",
                on_click=_remove,
                args=(classroom_id, practice),
            )
    with st.expander(_("Practise again"), icon=":material/replay:", key="practice_again"):
        st.markdown(_("The earlier practice is removed first."))
        _form(classroom_id)


def _way(classroom_id: str, practice: Practice) -> None:
    """Draw how one gets from the class to the one that practises for it, or back, where it is led here too."""
    there = practice.like if classroom_id == practice.classroom_id else practice.classroom_id
    titles = {one.id: one.title for one in Classrooms(store()).mine()}
    if there in titles:
        label = markdown_("Go to “{title}”", title=titles[there])
        if st.button(label, icon=":material/arrow_forward:", key="practice_way"):
            if there == practice.classroom_id and practice.is_running:
                _open_board(there)
            st.session_state[CHOSEN] = there
            st.rerun()


def _start(classroom_id: str) -> None:
    state = st.session_state
    with trouble_told():
        practice = start_practice(classroom_id, int(state.practise_members), int(state.practise_minutes))
        _open_board(practice.classroom_id)
        state.done = _(
            "The practice has begun. This is its own class, “{title}”: its board fills as they join. Lead it as you "
            "would lead yours; under Settings it is ended.",
            title=practice.title,
        )


def _open_board(classroom_id: str) -> None:
    st.session_state[CHOSEN], st.session_state[SECTION] = classroom_id, BOARD


def _end(classroom_id: str) -> None:
    with trouble_told():
        Practices(store()).end(classroom_id)


def _remove(classroom_id: str, practice: Practice) -> None:
    with trouble_told():
        Practices(store()).remove(classroom_id)
        renew_roles()
        st.session_state[CHOSEN] = practice.like
        st.session_state.done = _("The practice was removed, with all that its members made.")


# ---- what was measured


def _result_in_markdown(practice: Practice) -> str:
    """Return, as a list in Markdown, what the practice has measured."""
    figures = practice.figures
    if not figures:
        told: list[str] = [_("The practice ended before it had measured anything.")]
        if practice.words:
            told.append(markdown_("Its program said: “{words}”", words=practice.words))
        return " ".join(told)
    measured: Mapping[str, Mapping[str, float]] = figures["figures"]
    joined = int(measured[JOINED]["measured"])
    first = (
        markdown_(
            "The practice was ended early. {n} of {total} members had joined.",
            n=joined,
            total=practice.students,
        )
        if figures["interrupted"]
        else markdown_(
            "The practice is over. {n} of {total} members joined.", n=joined, total=practice.students
        )
    )
    lines = [
        first,
        *(_waited_in_markdown(name, measured[name]) for name in WAITED if measured[name]["measured"]),
    ]
    return "\n".join([*(f"- {line}" for line in lines), *_errors_in_markdown(figures["errors"])])


def _waited_in_markdown(name: str, measured: Mapping[str, float]) -> str:
    """Return how long they waited for something. One in twenty is not told of fewer than twenty."""
    seconds, told_of_few, told_of_many = WAITED[name]
    half = measured["p50"] * seconds
    if measured["measured"] < ONE_IN:
        return markdown_(told_of_few, half=half, most=measured["slowest"] * seconds)
    return markdown_(told_of_many, half=half, most=measured["p95"] * seconds)


def _errors_in_markdown(errors: Mapping[str, int]) -> list[str]:
    """Return what went wrong, in the program's words and those of the pages that it saw."""
    if not errors:
        told = _("Nothing went wrong.")
        return [f"- {told}"]  # not said: a list
    counted = nmarkdown_("{n} thing went wrong:", "{n} things went wrong:", sum(errors.values()))
    lines = [f"- {counted}"]
    for said, count in sorted(errors.items(), key=lambda one: -one[1])[:MOST_ERRORS]:
        lines.append(f"  - {count} × {markdown_text(said)}")  # not said: a list
    return lines
