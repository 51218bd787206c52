"""What a teacher has the class do: pause, look up, look at a page, read a line, and train within limits.

All of it is in the class's row, so that every process of the app and every screen is led by it.
"""

import re
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from core.access.guard import needs
from core.access.rules import SYSTEM, Action, Actor, Role
from core.classroom.classroom_table import ClassroomTable, find, note_change
from core.classroom.errors import ClassroomRefused
from core.config.setting_labels import dataset_title
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _
from core.runs.class_rules import ClassRules, rules_to_json
from core.runs.classroom_schema import CLASSROOMS, MEMBERS, OFF_BOARD
from core.runs.dataset_rights import refused_dataset
from core.runs.run_row import PAUSED
from core.runs.schema import RUNS

LONGEST_MESSAGE: Final = 200
LONGEST_PLACE: Final = 500
_PLACE: Final = re.compile(r"[a-z_]{0,20}(\?[\w.~%&=,:+*-]{0,480})?", re.ASCII)  # a page's name, and a query
_MESSAGE_REFUSAL: Final = N_("The line has {character} near “{near}”, which cannot be shown.")


class Lead(ClassroomTable):
    """Leads classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs(Action.LEAD_CLASS)
    def pause(self, classroom_id: str) -> None:
        """Have no run of a member's be trained until `go_on`: those in work pause, others wait."""
        self._set(classroom_id, is_paused=1)

    @needs(Action.LEAD_CLASS)
    def go_on(self, classroom_id: str) -> None:
        """Have the members' runs be trained again, but for those that they have paused themselves."""
        with self._database.write() as connection:
            _set(connection, classroom_id, is_paused=0)
            members = select(MEMBERS.c.id).where(MEMBERS.c.classroom_id == classroom_id)
            given_up = (RUNS.c.state == PAUSED) & (RUNS.c.lease == "") & (RUNS.c.command == "run")
            waiting = select(RUNS.c.id).where(RUNS.c.owner.in_(members), given_up)
            run_ids = list(connection.scalars(waiting))
        for run_id in run_ids:  # a pause that lasted has given its worker up
            self._store.acting_as(SYSTEM).order(run_id, command="run")

    @needs(Action.LEAD_CLASS)
    def hold(self, classroom_id: str, *, is_held: bool) -> None:
        """Have all screens say that their people are to look at the teacher, or no more."""
        self._set(classroom_id, is_held=int(is_held))

    @needs(Action.LEAD_CLASS)
    def say(self, classroom_id: str, line: str) -> None:
        """Have all screens show the line; "": none.  Raises: ClassroomRefused naming what cannot be shown."""
        line = " ".join(line.split())
        if problem := text_problem(_MESSAGE_REFUSAL, line):
            raise ClassroomRefused(*problem)
        if len(line) > LONGEST_MESSAGE:
            raise ClassroomRefused(
                _("The line has {n} characters: “{start} …”.", n=len(line), start=line[:20]),
                _("A line has at most {most}.", most=LONGEST_MESSAGE),
            )
        self._set(classroom_id, message=line)

    @needs(Action.LEAD_CLASS)
    def push(self, classroom_id: str, place: str) -> None:
        """Have all screens go to the place, "draw?run=ab12", once; who goes elsewhere from there may.

        Raises: ClassroomRefused for what is no address of a page.
        """
        self._set(classroom_id, pushed=_checked(place), pushes=CLASSROOMS.c.pushes + 1)

    @needs(Action.LEAD_CLASS)
    def let_go(self, classroom_id: str) -> None:
        """Send the class nowhere any more, neither to a place nor after a teacher."""
        self._set(classroom_id, pushed="", followed="")

    @needs(Action.LEAD_CLASS)
    def follow(self, classroom_id: str, *, is_followed: bool) -> None:
        """Have all screens go wherever the actor goes, or no more."""
        self._set(classroom_id, followed=self._actor.id if is_followed else "")

    @needs(Action.LEAD_CLASS)
    def note_place(self, classroom_id: str, place: str) -> None:
        """Have all screens go where the actor is now, if they follow the actor and are not there yet."""
        with self._database.write() as connection:
            classroom = find(connection, classroom_id)
            if classroom.followed == self._actor.id != "" and classroom.pushed != place:
                _set(connection, classroom_id, pushed=_checked(place), pushes=CLASSROOMS.c.pushes + 1)

    @needs(Action.LEAD_CLASS)
    def set_rules(self, classroom_id: str, rules: ClassRules) -> None:
        """Let members see and train this and no more.

        Raises: ClassroomRefused for a lesson on a dataset that members may not use.
        """
        lesson, settings = rules.lesson, self._store.settings
        refused = lesson and refused_dataset(self._database, Actor(Role.VISITOR), lesson, settings.data_dir)
        if refused and refused.field in rules.locked:
            raise ClassroomRefused(
                _(
                    "Members could not train on “{title}”: it is not shared with them, or not there any more.",
                    title=dataset_title(getattr(lesson, refused.field)),
                ),
                _("Share it on Data, or choose another dataset on Train; then fix the settings."),
            )
        self._set(classroom_id, rules=rules_to_json(rules))

    @needs(Action.LEAD_CLASS)
    def take_off_board(self, classroom_id: str, run_id: str) -> None:
        """Have the member's run not be on the board.  Raises: ClassroomRefused for a run of nobody's in the class."""
        of_member = (
            select(RUNS.c.id)
            .join(MEMBERS, MEMBERS.c.id == RUNS.c.owner)
            .where(MEMBERS.c.classroom_id == classroom_id, RUNS.c.id == run_id)
        )
        with self._database.write() as connection:
            if connection.scalar(of_member) is None:
                raise ClassroomRefused(
                    _("No member of the class has a run “{run}”.", run=run_id[:40]),
                    _("Look at the board again."),
                )
            connection.execute(delete(OFF_BOARD).where(OFF_BOARD.c.run_id == run_id))
            connection.execute(insert(OFF_BOARD).values(run_id=run_id))
            note_change(connection, classroom_id)

    def _set(self, classroom_id: str, **values: Any) -> None:
        with self._database.write() as connection:
            find(connection, classroom_id)
            _set(connection, classroom_id, **values)


def _set(connection: Connection, classroom_id: str, **values: Any) -> None:
    connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.id == classroom_id).values(**values))
    note_change(connection, classroom_id)


def _checked(place: str) -> str:
    if len(place) > LONGEST_PLACE or not _PLACE.fullmatch(place):
        raise ClassroomRefused(
            _("“{place}” is no address of a page.", place=place[:40]),
            _("Open the page, and push it from there."),
        )
    return place
