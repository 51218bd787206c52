"""A member at work in a browser: what is theirs, what they may not do, and that they are asked, and may be out."""

import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.members import Joined, Members
from core.classroom.seats import IDLE_S, give_up_seat
from core.runs import Store, StoreError
from core.runs.classroom_schema import SEATS
from core.runs.handover import count_things
from core.runs.operators import make_operator
from pages.components import live_channel
from pages.server import seat, visitor
from pages.server.seat import seated
from pages.server.visitor import renew_roles
from pages.train.run_controls import TRAIN_KEY
from tests.pages.classroom.devices import end_yesterday, joined, start
from tests.pages.classroom.leading import open_tab
from tests.pages.conftest import ME, SHELL
from tests.pages.finished_runs import shown, words

NICKNAME = "Ada *x* <b>"


@pytest.fixture
def classroom(store: Store) -> Classroom:
    return start(store, "7 *b* <i>")


@pytest.fixture
def ada(store: Store, classroom: Classroom) -> Joined:
    return joined(store, classroom, NICKNAME)


@pytest.fixture
def hers(app: AppTest, ada: Joined, come_with: Callable[..., None]) -> AppTest:
    """Return the app in the browser in which Ada has joined, not yet run."""
    come_with(near=True, as_member=ada)
    return app


def seen_at(store: Store) -> float:
    with store.database.read() as connection:
        return float(connection.scalar(select(SEATS.c.seen_at)) or 0)


def set_seen(store: Store, seconds_ago: float) -> float:
    """Have something been done last so long ago; return when."""
    when = time.time() - seconds_ago
    with store.database.write() as connection:
        connection.execute(update(SEATS).values(seen_at=when))
    return when


def owners(store: Store) -> list[str]:
    return [row.owner for row in store.list() if row.owner]


def test_every_page_says_who_is_at_work_and_how_to_leave(hers: AppTest) -> None:
    for page in ("train", "draw", "runs", "classroom"):
        said = shown(hers, page)
        assert '<a href="/leave" target="_self">Leave the class</a>' in said, page
        assert "Ada *x* &lt;b&gt;, in the class “7 *b* &lt;i&gt;”" in said, page
        assert NICKNAME not in said


def test_a_member_sees_the_class_and_none_of_its_teachers_tools(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined
) -> None:
    joined(store, classroom, "Bob")
    make_operator(store.database, ME)  # whose browser it is, is of no use to who sits there
    visitor._operators.clear()
    said = shown(hers, "classroom")
    assert [title.value for title in hers.title] == [r"7 \*b\* \<i\>"]
    assert "Bob" not in said, "who else is there is on the board"
    assert [part for part in hers.get("bidi_component") if "board" in part.proto.component_name]
    labels = {button.label for button in hers.button}
    assert "New key" in labels
    tools = {
        "Remove from the class",
        "End the class",
        "Start the class",
        "Make the key",
        "Copy for another group",
    }
    assert labels.isdisjoint(tools)
    assert not [box for box in hers.selectbox if box.key == "member_choice"]
    assert "ink-poster" not in said
    assert classroom.code not in said
    hers.button(key="my_new_key").click().run()
    assert "Your new key is " in hers.success[0].value
    key = hers.success[0].value.partition("Your new key is ")[2][:4]
    assert Members(store).rejoin(classroom.code, NICKNAME, key).member.id == ada.member.id


ORDERS = (
    "copy_class",
    "next_week",
    "end_all",
    "renew_key",
    "make_key",
    "member_remove",
    "member_erase",
    "member_key",
)


@pytest.mark.parametrize("order", ORDERS)
def test_a_teachers_orders_of_a_members_session_are_refused(
    app: AppTest, store: Store, come_with: Callable[..., None], order: str
) -> None:
    come_with(near=True)
    classroom = start(store, "7b")
    made = joined(store, classroom)
    make_operator(store.database, ME)
    visitor._operators.clear()
    shown(app, "classroom")
    open_tab(app, "settings")
    if order == "end_all":
        app.button(key="end_class").click().run()
    elif order.startswith("member"):
        open_tab(app, "join").selectbox(key="member_choice").set_value(made.member.id).run()
    before = _all_of(store)
    come_with(near=True, as_member=made)  # who presses what a page of theirs would not let them press
    del app.session_state["_seat"]
    app.button(key=order).click().run()
    assert not app.exception
    assert _all_of(store) == before
    assert len(Classrooms(store).mine()) == 1
    assert app.error
    assert not app.code


def _all_of(store: Store) -> object:
    with store.database.read() as connection:
        tables = ("classrooms", "teacher_keys", "teachers", "members")
        return [
            [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")] for name in tables
        ]


def trained(store: Store) -> str:
    """Return whose the run is that is begun in a new session of the browser."""
    before = owners(store)
    session = AppTest.from_file(str(SHELL), default_timeout=300)
    session.session_state["visitor"] = ME
    session.run()
    session.button(key=TRAIN_KEY).click().run()
    assert not session.exception
    (made,) = (Counter(owners(store)) - Counter(before)).elements()
    return made


def test_what_a_member_makes_is_theirs_and_the_browsers_own_stays_its_visitors(
    store: Store, ada: Joined, come_with: Callable[..., None]
) -> None:
    come_with()
    assert trained(store) == ME
    come_with(as_member=ada)
    assert trained(store) == ada.member.id
    give_up_seat(store.database, ada.seat)
    assert trained(store) == ME
    come_with()
    assert trained(store) == ME


def test_a_member_has_no_link_that_would_lead_another_browser_to_the_visitor(
    hers: AppTest, store: Store
) -> None:
    shown(hers, "runs")
    assert "make_handover" not in [button.key for button in hers.button]
    assert "by your id here" not in words(hers)
    assert count_things(store.database, ME)["runs"] == 0


@pytest.mark.parametrize("how", ["removed", "ended", "over"])
def test_who_is_removed_while_the_page_is_open_is_told_and_the_browser_is_its_visitors(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined, how: str
) -> None:
    shown(hers, "classroom")
    if how == "removed":
        Members(store).remove(classroom.id, ada.member.id)
    elif how == "ended":
        Ending(store).end(classroom.id, keeps_runs=False)
    else:
        end_yesterday(store, classroom)
    renew_roles()
    hers.run()
    assert not hers.exception
    said, others = (hers.error, hers.info) if how == "removed" else (hers.info, hers.error)
    (told,), told_otherwise = [element.value for element in said], [element.value for element in others]
    assert told.startswith("You are not in the class" if how == "removed" else "The class")
    assert told.endswith("What you do here now is this browser's own.")
    assert told_otherwise == []
    assert [title.value for title in hers.title] == ["Class"]
    assert "ink-seat" not in words(hers)
    hers.run()
    assert "What you do here now" not in words(hers)
    hers.switch_page("train/page.py").run()
    hers.button(key=TRAIN_KEY).click().run()
    assert owners(store) == [ME]


def test_who_was_removed_a_moment_ago_makes_nothing_as_a_member_or_as_nobody(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat, "LOOKED_S", 1e9)  # the session has looked just now
    hers.run()
    Members(store).remove(classroom.id, ada.member.id)
    renew_roles()
    hers.button(key=TRAIN_KEY).click().run()
    assert not hers.exception
    assert [row.owner for row in store.list() if row.status == "queued"] == [ME]
    assert "You are not in the class" in words(hers)


def test_after_an_hour_of_nothing_it_asks_who_is_there_and_shows_nothing_else(
    hers: AppTest, store: Store
) -> None:
    shown(hers, "runs")
    set_seen(store, IDLE_S - 100)
    hers.run()
    assert not [button for button in hers.button if button.key == "still_me"]
    when = set_seen(store, IDLE_S + 10)
    for _ in range(2):
        hers.run()
        assert [title.value for title in hers.title] == [r"You are Ada \*x\* \<b\>. Not you?"]
        assert [button.key for button in hers.button] == ["still_me"]
        assert 'href="/leave"' in words(hers)
        for kind in ("dataframe", "selectbox", "text_input", "expander", "bidi_component"):
            shown_here = [
                part for part in hers.main.get(kind) if "unseen" not in str(getattr(part.proto, "id", ""))
            ]
            assert not shown_here, kind
        assert seen_at(store) == when
    hers.switch_page("classroom/page.py").run()
    assert [button.key for button in hers.button] == ["still_me"]
    hers.button(key="still_me").click().run()
    assert not hers.exception
    assert "New key" in [button.label for button in hers.button]
    assert time.time() - seen_at(store) < 60


def test_what_is_pressed_on_a_page_that_was_left_for_an_hour_is_not_done(hers: AppTest, store: Store) -> None:
    hers.run()
    set_seen(store, IDLE_S + 10)
    hers.button(key=TRAIN_KEY).click().run()
    assert not hers.exception
    assert [button.key for button in hers.button] == ["still_me"]
    assert owners(store) == []
    hers.button(key="still_me").click().run()
    assert "what was pressed just now was not done" in words(hers)
    hers.button(key=TRAIN_KEY).click().run()
    assert len(owners(store)) == 1


def test_news_that_redraw_the_page_are_nothing_done(hers: AppTest, store: Store) -> None:
    shown(hers, "classroom")
    when = set_seen(store, 300)
    hers.session_state["_live_news"] = time.monotonic()  # as live_channel notes it
    assert live_channel._NEWS == "_live_news"
    hers.run()
    assert seen_at(store) == when
    hers.session_state["_live_news"] = time.monotonic() - 10
    hers.run()
    assert time.time() - seen_at(store) < 60
    set_seen(store, IDLE_S + 10)
    hers.session_state["_live_news"] = time.monotonic()
    hers.run()
    assert [button.key for button in hers.button] == ["still_me"]


def test_a_store_that_cannot_note_who_is_there_leaves_the_page_to_be_read(
    hers: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise StoreError("It is locked.", "Wait.")

    monkeypatch.setattr(seat, "note_seen", refuse)
    set_seen(store, 300)
    said = shown(hers, "classroom")
    assert "in this class" in said
    assert "It is locked." not in said


def test_outside_of_a_class_nobody_is_seated(app: AppTest, come_with: Callable[..., None]) -> None:
    come_with()
    said = shown(app, "train")
    assert "ink-seat" not in said
    assert seated() is None
