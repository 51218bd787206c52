"""What a class does together on its page: begun by a teacher, taken part in by members, each seeing what is theirs."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.classroom.classroom_table import Classroom
from core.classroom.fool_it import FoolIt
from core.classroom.handwriting import Handwriting
from core.classroom.members import Joined
from core.classroom.race import Races
from core.config.presets import PRESETS
from core.datasets import load
from core.pretrained.registry import adopt_shipped
from core.runs import Store
from core.runs.schema import RUNS
from tests.pages.another_language import opened, outside
from tests.pages.classroom.devices import joined, start
from tests.pages.classroom.leading import open_tab, started
from tests.pages.conftest import ME
from tests.pages.finished_runs import finished_run, shown

PATTERNS = ("ABCD-EFGH-JKMN-PQRS", "softmax of a moment")


def as_member(store: Store, who: Joined) -> Store:
    return store.acting_as(Actor(Role.VISITOR, who.member.id, member_of=who.classroom.id))


def drawing(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (28, 28), np.uint8)


def raced(store: Store, owner: str) -> str:
    """Return a finished run that counts as trained here just now by this owner."""
    run_id = finished_run(store, load("mnist"), train_size=200, epochs=1)
    now = time.time()
    values = {"owner": owner, "queued_at": now, "created_at": now, "ended_at": now}
    with store.database.write() as connection:
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(**values))
    return run_id


@pytest.fixture
def leading(near: AppTest, store: Store) -> tuple[AppTest, Classroom]:
    classroom = started(near, store)
    near.button(key="key_noted").click().run()
    return open_tab(near, "activities"), classroom


def test_a_race_is_started_ranked_and_ended(leading: tuple[AppTest, Classroom], store: Store) -> None:
    app, classroom = leading
    ada = joined(store, classroom)
    assert app.number_input(key="race_epochs").value == PRESETS["default"].config.epochs
    app.number_input(key="race_epochs").set_value(3)
    next(button for button in app.button if button.label == "Start the race").click().run()
    race = Races(store).latest(classroom.id)
    assert race is not None
    assert (race.dataset, race.max_epochs, race.ended_at) == ("mnist", 3, None)
    assert "Nobody has a run yet that counts" in " ".join(caption.value for caption in app.caption)
    raced(store, ada.member.id)
    app.run()
    (table,) = app.dataframe
    assert table.value["Nickname"].tolist() == ["Ada"]
    assert table.value["Place"].tolist() == [1]
    app.button(key="race_end").click().run()
    ended = Races(store).latest(classroom.id)
    assert ended is not None
    assert ended.ended_at is not None
    assert "The last race" in [heading.value for heading in app.subheader]


def test_a_member_says_what_they_see_and_is_told_no_answer_before(
    app: AppTest, store: Store, come_with: Callable[..., None]
) -> None:
    adopt_shipped(store)
    classroom = start(store)
    ada, ben = joined(store, classroom), joined(store, classroom, "Ben")
    FoolIt(store).start(classroom.id, "cnn-mnist")
    FoolIt(as_member(store, ada)).hand_in(classroom.id, 7, drawing(), reading=2, confidence=0.75)
    come_with(as_member=ben)
    said = shown(app, "classroom")
    assert "What do you see?" in said
    assert "Ada" not in said
    assert "the model" not in said
    app.button(key="say_7").click().run()
    said = " ".join(part.value for part in app.markdown)
    assert "You have said what you see in all drawings so far." in said
    assert "**Ada** says 7, the model 2 (75%). 1 of 1 others agree." in said
    assert "It reads" in " ".join(caption.value for caption in app.caption)


def test_a_member_sees_and_takes_back_their_own_drawings(
    app: AppTest, store: Store, come_with: Callable[..., None]
) -> None:
    classroom = start(store)
    ada, ben = joined(store, classroom), joined(store, classroom, "Ben")
    Handwriting(store).start(classroom.id)
    for seed, who in enumerate((ada, ben)):
        Handwriting(as_member(store, who)).hand_in(classroom.id, 7, drawing(seed))
    come_with(as_member=ada)
    said = shown(app, "classroom")
    assert "2 drawings have been handed in." in said
    assert "these are missing: 0, 1, 2, 3, 4, 5, 6, 8 and 9" in said
    (back,) = (button for button in app.button if str(button.key).startswith("back_"))
    back.click().run()
    assert [one.member_id for one in Handwriting(store).all(classroom.id)] == [ben.member.id]


def test_a_teacher_collects_makes_a_dataset_and_takes_everything_away(
    leading: tuple[AppTest, Classroom], store: Store
) -> None:
    app, classroom = leading
    app.button(key="handwriting_start").click().run()
    app.button(key="handwriting_dataset").click().run()
    assert "So far 0 members have handed drawings in" in app.error[0].value
    for seed, name in enumerate(("Ada", "Ben")):
        who = as_member(store, joined(store, classroom, name))
        Handwriting(who).hand_in(classroom.id, 7, drawing(seed))
    app.run()
    app.button(key="handwriting_dataset").click().run()
    assert Handwriting(store).dataset(classroom.id)
    app.button(key="handwriting_train").click().run()
    assert app.session_state["config"].dataset == Handwriting(store).dataset(classroom.id)


def test_activities_in_another_language(
    foreign: AppTest, store: Store, come_with: Callable[..., None]
) -> None:
    adopt_shipped(store)
    come_with(near=True)
    classroom = start(store, "№ 7", by=ME)
    opened(foreign, "classroom")
    open_tab(foreign, "activities")
    assert outside(foreign, *PATTERNS) == []
    ada, ben = joined(store, classroom, "№ 3"), joined(store, classroom, "№ 4")
    Races(store).start(classroom.id, "mnist", models=("softmax",), max_epochs=3)
    for who in (ada, ben):
        raced(store, who.member.id)
    FoolIt(store).start(classroom.id, "softmax-mnist")
    fooled = FoolIt(as_member(store, ada)).hand_in(classroom.id, 7, drawing(), reading=2, confidence=0.75)
    FoolIt(as_member(store, ben)).judge(classroom.id, fooled, 7)
    Handwriting(store).start(classroom.id)
    for who in (ada, ben):
        Handwriting(as_member(store, who)).hand_in(classroom.id, 7, drawing())
    foreign.run()
    foreign.button(key="handwriting_dataset").click().run()
    foreign.button(key="swap_now").click().run()
    assert len(foreign.dataframe) == 2
    assert outside(foreign, *PATTERNS) == []
    come_with(as_member=ben)
    del foreign.session_state["_seat"]
    foreign.run()
    assert foreign.button(key="my_new_key")
    assert outside(foreign, *PATTERNS) == []
