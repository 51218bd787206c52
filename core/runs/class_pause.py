"""A class that its teacher has paused: none of its members' runs is trained, whatever orders they have of their own."""

from sqlalchemy import ColumnElement, case, exists

from core.runs.classroom_schema import CLASSROOMS, MEMBERS
from core.runs.schema import RUNS


def is_paused_by_class() -> ColumnElement[bool]:
    """Return the condition, in a query of runs, of one whose owner is a member of a class that is paused."""
    return (
        exists()
        .select_from(MEMBERS.join(CLASSROOMS))
        .where(MEMBERS.c.id == RUNS.c.owner, CLASSROOMS.c.is_paused == 1)
        .correlate(RUNS)
    )


def command_now() -> ColumnElement[str]:
    """Return, in a query of runs, the command that a run is under: its own, but for the pause of its owner's class."""
    return case((_is_held_back(), "pause"), else_=RUNS.c.command)


def run_until_now() -> ColumnElement[int]:
    """Return, in a query of runs, how far a run may go though it is to pause."""
    return case((_is_held_back(), 0), else_=RUNS.c.run_until)


def _is_held_back() -> ColumnElement[bool]:
    return (RUNS.c.command != "stop") & is_paused_by_class()
