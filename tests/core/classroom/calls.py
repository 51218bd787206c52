"""How each method about classes is called, and which action it is: tried by test_access.py."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from core.access.rules import Action
from core.classroom.board import Boards
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.export import ClassExport
from core.classroom.fool_it import FoolIt
from core.classroom.handwriting import Handwriting
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.classroom.practice import Practices
from core.classroom.race import Race, Races
from core.classroom.teachers import Teachers
from core.runs.class_rules import ClassRules
from tests.core.classroom.conftest import School

FACADES = (
    Classrooms,
    Teachers,
    Members,
    Boards,
    Lead,
    Races,
    FoolIt,
    Handwriting,
    ClassExport,
    Practices,
    Ending,
)
UNGUARDED = {
    ("Classrooms", "mine"): "lists by what the actor teaches",
    ("Members", "renew_my_key"): "checks the actor's own class",
} | {(facade.__name__, name): "the question itself" for facade in FACADES for name in ("check", "may")}

A_DRAWING = np.full((28, 28), 9, np.uint8)
DRAWING_CALLS: dict[str, Any] = {
    "end": lambda on, to: on.end(to.classroom.id),
    "latest": lambda on, to: on.latest(to.classroom.id),
    "mine": lambda on, to: on.mine(to.classroom.id),
    "take_back": lambda on, to: on.take_back(to.classroom.id, "nosuch"),
    "remove": lambda on, to: on.remove(to.classroom.id, "nosuch"),
    "nod": lambda on, to: on.nod(to.classroom.id, "nosuch"),
    "all": lambda on, to: on.all(to.classroom.id),
    "count": lambda on, to: on.count(to.classroom.id),
}
ANY_RACE = Race("", "mnist", (), 0, 0.0, None)
Call = Callable[[Any, School], object]
CALLS: dict[tuple[str, str], Call] = {
    ("Classrooms", "start"): lambda on, _: on.start("my own"),
    ("Classrooms", "copy"): lambda on, to: on.copy(to.classroom.id),
    ("Classrooms", "get"): lambda on, to: on.get(to.classroom.id),
    ("Classrooms", "change"): lambda on, to: on.change(to.classroom.id, title="mine", last_day=date.today()),
    ("Classrooms", "mine"): lambda on, _: on.mine(),
    ("Classrooms", "all"): lambda on, _: on.all(),
    ("Classrooms", "named"): lambda on, to: on.named(to.classroom.code),
    ("Teachers", "enter"): lambda on, to: on.enter(to.key),
    ("Teachers", "keys"): lambda on, to: on.keys(to.classroom.id),
    ("Teachers", "add"): lambda on, to: on.add(to.classroom.id, "me"),
    ("Teachers", "take_back"): lambda on, to: on.take_back(to.classroom.id, "nosuch"),
    ("Teachers", "renew"): lambda on, to: on.renew(to.classroom.id),
    ("Teachers", "leave"): lambda on, to: on.leave(to.classroom.id),
    ("Members", "named"): lambda on, to: on.named(to.classroom.code),
    ("Members", "suggested"): lambda on, to: on.suggested(to.classroom),
    ("Members", "join"): lambda on, to: on.join(to.classroom.code, "Cleo"),
    ("Members", "rejoin"): lambda on, to: on.rejoin(to.classroom.code, "Ada", to.ada.key),
    ("Members", "all"): lambda on, to: on.all(to.classroom.id),
    ("Members", "remove"): lambda on, to: on.remove(to.classroom.id, to.ada.member.id),
    ("Members", "renew_key"): lambda on, to: on.renew_key(to.classroom.id, to.ada.member.id),
    ("Members", "renew_my_key"): lambda on, _: on.renew_my_key(),
    ("Members", "nod"): lambda on, to: on.nod(to.classroom.id, to.ada.member.id),
    ("Boards", "entries"): lambda on, to: on.entries(to.classroom.id),
    ("Lead", "pause"): lambda on, to: on.pause(to.classroom.id),
    ("Lead", "go_on"): lambda on, to: on.go_on(to.classroom.id),
    ("Lead", "hold"): lambda on, to: on.hold(to.classroom.id, is_held=True),
    ("Lead", "say"): lambda on, to: on.say(to.classroom.id, "I lead"),
    ("Lead", "push"): lambda on, to: on.push(to.classroom.id, "draw"),
    ("Lead", "let_go"): lambda on, to: on.let_go(to.classroom.id),
    ("Lead", "follow"): lambda on, to: on.follow(to.classroom.id, is_followed=True),
    ("Lead", "note_place"): lambda on, to: on.note_place(to.classroom.id, "draw"),
    ("Lead", "set_rules"): lambda on, to: on.set_rules(to.classroom.id, ClassRules(max_epochs=1)),
    ("Lead", "take_off_board"): lambda on, to: on.take_off_board(to.classroom.id, to.run),
    ("Races", "start"): lambda on, to: on.start(to.classroom.id, "mnist"),
    ("Races", "end"): lambda on, to: on.end(to.classroom.id),
    ("Races", "latest"): lambda on, to: on.latest(to.classroom.id),
    ("Races", "ranking"): lambda on, to: on.ranking(to.classroom.id, ANY_RACE, lambda _run: None),
    ("Races", "mark"): lambda on, to: on.mark(to.classroom.id),
    **{(kind, name): call for kind in ("FoolIt", "Handwriting") for name, call in DRAWING_CALLS.items()},
    ("FoolIt", "start"): lambda on, to: on.start(to.classroom.id, "cnn-mnist"),
    ("FoolIt", "hand_in"): lambda on, to: on.hand_in(to.classroom.id, 7, A_DRAWING, 2, 0.9),
    ("FoolIt", "to_judge"): lambda on, to: on.to_judge(to.classroom.id),
    ("FoolIt", "judge"): lambda on, to: on.judge(to.classroom.id, "nosuch", 7),
    ("FoolIt", "standings"): lambda on, to: on.standings(to.classroom.id),
    ("FoolIt", "run_to_fool"): lambda on, to: on.run_to_fool(to.classroom.id),
    ("Handwriting", "start"): lambda on, to: on.start(to.classroom.id),
    ("Handwriting", "hand_in"): lambda on, to: on.hand_in(to.classroom.id, 7, A_DRAWING),
    ("Handwriting", "make_dataset"): lambda on, to: on.make_dataset(to.classroom.id, "ours"),
    ("Handwriting", "shared"): lambda on, to: on.shared(to.classroom.id),
    ("ClassExport", "export_zip"): lambda on, to: on.export_zip(to.classroom.id),
    ("Handwriting", "dataset"): lambda on, to: on.dataset(to.classroom.id),
    ("Handwriting", "drop_dataset"): lambda on, to: on.drop_dataset(to.classroom.id),
    ("Practices", "start"): lambda on, to: on.start(to.classroom.id, 2, 1),
    ("Practices", "latest"): lambda on, to: on.latest(to.classroom.id),
    ("Practices", "end"): lambda on, to: on.end(to.classroom.id),
    ("Practices", "remove"): lambda on, to: on.remove(to.classroom.id),
    ("Practices", "is_wanted"): lambda on, to: on.is_wanted(to.classroom.id),
    ("Practices", "let_go"): lambda on, to: on.let_go(to.classroom.id, {}),
    ("Ending", "end"): lambda on, to: on.end(to.classroom.id, keeps_runs=False),
    ("Ending", "erase_made"): lambda on, to: on.erase_made(to.classroom.id, to.ada.member.id),
    ("Ending", "end_old"): lambda on, _: on.end_old(),
}

DRAWINGS = ("FoolIt", "Handwriting")
LEAD_DRAWINGS = {f"{kind}.{name}" for kind in DRAWINGS for name in ("start", "end", "remove", "nod", "all")}
READ_DRAWINGS = {f"{kind}.{name}" for kind in DRAWINGS for name in ("latest", "count")}
TAKE_PART = {f"{kind}.{name}" for kind in DRAWINGS for name in ("mine", "take_back", "hand_in")}
READ_OF_RACES = {"Races.latest", "Races.ranking", "Races.mark"}
OF_NO_CLASS = (
    *(("Classrooms", "start"), ("Classrooms", "all"), ("Classrooms", "named")),
    *(("Teachers", "enter"), ("Ending", "end_old")),
)

ACTIONS = {
    Action.START_CLASS: {"Classrooms.start"},
    Action.TEACH_CLASS: {"Teachers.enter"},
    Action.JOIN_CLASS: {"Members.named", "Members.suggested", "Members.join", "Members.rejoin"},
    Action.READ_CLASS: {"Classrooms.get", "Members.all", "Boards.entries", *READ_OF_RACES, *READ_DRAWINGS}
    | {"FoolIt.standings", "FoolIt.run_to_fool", "Handwriting.dataset", "Handwriting.shared"},
    Action.TAKE_PART: TAKE_PART | {"FoolIt.to_judge", "FoolIt.judge"},
    Action.LEAD_CLASS: {
        *("Classrooms.copy", "Classrooms.change", "Teachers.keys", "Teachers.add", "Teachers.take_back"),
        *("Teachers.renew", "Teachers.leave", "Members.remove", "Members.renew_key"),
        *("Ending.end", "Ending.erase_made", "Members.nod", "Classrooms.all", "Classrooms.named"),
        *(
            "Races.start",
            "Races.end",
            "Handwriting.make_dataset",
            "Handwriting.drop_dataset",
            "ClassExport.export_zip",
        ),
        *("Practices.start", "Practices.latest", "Practices.end", "Practices.remove"),
        *LEAD_DRAWINGS,
        *(f"Lead.{name}" for _facade, name in CALLS if _facade == "Lead"),
    },
    Action.WORK: {"Ending.end_old", "Practices.is_wanted", "Practices.let_go"},
}
