"""A member's screen as it is led: pages that are not for the lesson, where it is, and where it is sent."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from core.classroom import seats
from core.classroom.classroom_table import Classroom
from core.classroom.lead import Lead
from core.classroom.members import Joined
from core.datasets import ImageData
from core.figures.binary_message import unpack
from core.runs import Store, StoreError
from core.runs.class_rules import ClassRules
from core.runs.classroom_schema import SEATS
from core.runs.schema import RUNS
from pages.classroom import led_screen
from pages.components import navigation
from tests.pages.classroom.devices import joined, start
from tests.pages.finished_runs import shown, words
from tests.pages.runs_in_states import run_in

REFUSED = "Your teacher has not opened this page for the class."


@pytest.fixture
def classroom(store: Store) -> Classroom:
    return start(store, "7b")


@pytest.fixture
def ada(store: Store, classroom: Classroom) -> Joined:
    return joined(store, classroom)


@pytest.fixture
def hers(app: AppTest, ada: Joined, come_with: Callable[..., None]) -> AppTest:
    """Return the app in the browser in which Ada has joined, not yet run."""
    come_with(as_member=ada)
    return app


def place(store: Store) -> str:
    with store.database.read() as connection:
        return str(connection.scalar(select(SEATS.c.place)))


def told(app: AppTest) -> dict[str, str] | None:
    """Return what the screen is told, None where nothing is mounted that would be."""
    for part in app.get("bidi_component"):
        if part.proto.component_name == "inkling_lead":
            return unpack(part.proto.bytes)[0]["set"]
    return None


@pytest.fixture
def send(hers: AppTest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what has the browser say, once, that the class was sent somewhere."""

    def go() -> None:
        asked = [True]
        monkeypatch.setattr(
            led_screen,
            "_lead",
            lambda *_given, **_settings: SimpleNamespace(pushed=asked.pop() if asked else None),
        )
        hers.run()
        assert not hers.exception

    return go


def page_title(app: AppTest) -> str:
    return app.title[0].value


def test_a_member_is_told_what_the_teacher_orders_and_who_is_in_no_class_nothing(
    hers: AppTest, store: Store, classroom: Classroom, come_with: Callable[..., None]
) -> None:
    lead = Lead(store)
    lead.hold(classroom.id, is_held=True)
    lead.say(classroom.id, "Two minutes left")
    shown(hers, "draw")
    found = told(hers)
    assert found is not None
    assert (found["held"], found["paused"], found["message"]) == ("1", "", "Two minutes left")
    assert (found["held_word"], found["close_word"]) == ("Look at your teacher", "Close")
    come_with()
    del hers.session_state["_seat"]
    hers.run()
    assert told(hers) is None


def test_while_the_class_is_paused_nothing_that_goes_on_can_be_pressed(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined, mnist: ImageData
) -> None:
    run = hers.query_params["run"] = run_in(store, "paused", mnist)
    with store.database.write() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(owner=ada.member.id))

    def pressable() -> dict[str, bool]:
        hers.run()
        buttons = {button.label: button for button in hers.button}
        return {name: not buttons[name].disabled for name in ("Resume", "One step", "One epoch", "Stop")}

    assert all(pressable().values())
    Lead(store).pause(classroom.id)
    assert pressable() == {"Resume": False, "One step": False, "One epoch": False, "Stop": True}
    assert "Your teacher has paused training." in {button.help for button in hers.button}
    Lead(store).go_on(classroom.id)
    assert all(pressable().values())


def test_pages_that_are_not_shown_are_refused_in_words_and_not_in_the_menu(
    hers: AppTest, store: Store, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lead(store).set_rules(classroom.id, ClassRules(pages=("train", "draw")))
    assert REFUSED not in shown(hers, "draw")
    assert REFUSED not in shown(hers, "classroom")
    for name in ("weights", "runs", "search"):
        hers.switch_page(f"{name}/page.py").run()
        assert REFUSED in words(hers), name
        links = [(link.proto.label, link.proto.page) for link in hers.get("page_link")]
        assert links == [("Train", ""), ("Draw", "draw")]
        assert not [one for one in hers.title if one.value == "Runs"]
    menus: list[list[str]] = []
    made = navigation.all_pages

    def noted(shown_pages: tuple[str, ...] = ()) -> list:
        pages = made(shown_pages)
        menus.append([page.url_path for page in pages if page.visibility == "visible"])
        return pages

    monkeypatch.setattr(navigation, "all_pages", noted)
    hers.run()
    assert menus[-1] == ["", "draw", "classroom"]


def test_a_first_page_that_is_not_shown_leads_to_those_that_are(
    hers: AppTest, store: Store, classroom: Classroom
) -> None:
    Lead(store).set_rules(classroom.id, ClassRules(pages=("draw",)))
    hers.run()
    assert not hers.exception
    assert REFUSED in words(hers)
    assert [link.proto.label for link in hers.get("page_link")] == ["Draw"]
    assert "train" not in [str(button.key) for button in hers.button]
    Lead(store).set_rules(classroom.id, ClassRules())
    hers.run()
    assert REFUSED not in words(hers)


def test_where_the_screen_is_is_noted_without_what_its_form_holds(hers: AppTest, store: Store) -> None:
    run_id = store.list()[0].id
    shown(hers, "weights", run_id)
    assert place(store) == f"weights?run={run_id}"
    hers.switch_page("train/page.py")
    hers.query_params["epochs"] = "7"
    hers.run()
    assert place(store).partition("?")[0] == "train"
    assert "epochs" not in place(store)


@pytest.mark.parametrize("page", ["classroom", "search", "runs"])
def test_where_it_is_is_noted_on_a_page_that_stops_early(hers: AppTest, store: Store, page: str) -> None:
    shown(hers, page, search="nosuchsearch", compare="softmax-mnist,cnn-mnist")
    assert place(store).partition("?")[0] == page
    hers.switch_page("draw/page.py").run()
    assert place(store).partition("?")[0] == "draw"


def test_a_store_that_cannot_note_it_leaves_the_page_to_be_read(
    hers: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise StoreError("It is locked.", "Wait.")

    monkeypatch.setattr(seats, "note_place", refuse)
    assert "It is locked." not in shown(hers, "draw")
    assert page_title(hers) == "Draw"


def test_a_push_brings_the_page_its_run_and_its_section(
    hers: AppTest, store: Store, classroom: Classroom, send: Callable[[], None]
) -> None:
    first, second = (row.id for row in store.list()[:2])
    shown(hers, "draw", first)
    Lead(store).push(classroom.id, f"runs?run={second}&runs_section=bin")
    send()
    assert page_title(hers) == "Runs"
    assert hers.session_state["run"] == second
    assert hers.session_state["runs_section"] == "bin"
    assert place(store).startswith("runs?")
    hers.switch_page("draw/page.py").run()
    assert page_title(hers) == "Draw", "who then goes elsewhere is not held back"


def test_a_push_without_a_run_leaves_the_member_their_own(
    hers: AppTest, store: Store, classroom: Classroom, send: Callable[[], None]
) -> None:
    mine = store.list()[0].id
    shown(hers, "runs", mine)
    Lead(store).push(classroom.id, "draw")
    send()
    assert page_title(hers) == "Draw"
    assert hers.session_state["run"] == mine


@pytest.mark.parametrize("pushed", ["", "nosuchpage?run=ab12", "train_"])
def test_an_unknown_page_does_nothing(
    hers: AppTest, store: Store, classroom: Classroom, send: Callable[[], None], pushed: str
) -> None:
    shown(hers, "runs")
    Lead(store).push(classroom.id, pushed)
    run = hers.session_state["run"]
    send()
    assert page_title(hers) == "Runs"
    assert hers.session_state["run"] == run


def test_a_run_that_is_nowhere_leaves_a_page_that_can_be_read(
    hers: AppTest, store: Store, classroom: Classroom, send: Callable[[], None]
) -> None:
    shown(hers, "runs")
    Lead(store).push(classroom.id, "weights?run=nosuchrun")
    send()
    assert page_title(hers) == "What did it learn?"
    assert place(store).startswith("weights")
