"""Work that costs: one piece a visitor at a time, a few in all, in the order of coming; who waits is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import streamlit as st

from core.datasets import DatasetError
from core.i18n.reader import Reader, read_by, reader
from pages.server import turns
from pages.server.turns import FILES_EACH, NoTurn, Turns
from tests.polling import until

Turn = AbstractContextManager[None]


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("INKLING_COSTLY_AT_ONCE", "2")
    monkeypatch.setattr(turns, "AT_ONCE_S", 0.0)
    monkeypatch.setattr(turns, "LOOK_S", 0.02)
    monkeypatch.setattr(turns, "END_LOOK_S", 0.02)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


class Piece:
    """A piece of work in a thread of its own, which goes on until it is told to end."""

    def __init__(self, held: Callable[[], Turn]) -> None:
        self._may_end, self.works, self.refused = threading.Event(), False, ""
        self._held = held
        self.thread = threading.Thread(target=self._do, daemon=True)
        self.thread.start()

    def _do(self) -> None:
        try:
            with self._held():
                self.works = True
                self._may_end.wait()
        except NoTurn as refused:
            self.refused = str(refused)
        finally:
            self.works = False

    def end(self) -> None:
        self._may_end.set()
        self.thread.join()


class Line:
    """Pieces of work for visitors, each begun once the one before stands in line."""

    def __init__(self) -> None:
        self.turns, self.told = Turns(), dict[str, int]()

    def begin(self, whose: str, named: str = "") -> Piece:
        count = self.standing()

        @contextmanager
        def announce(before: int) -> Iterator[None]:
            self.told[named or whose] = before
            yield

        piece = Piece(lambda: self.turns.turn(whose, announce))
        until(lambda: self.standing() == count + 1, "the piece to stand in line")
        return piece

    def begin_file(self, whose: str) -> Piece:
        return Piece(lambda: self.turns.file_turn(whose))

    def standing(self) -> int:
        return len(self.turns._waiting) + len(self.turns._working)


def test_a_few_in_all_and_who_waits_is_told_how_many_come_first() -> None:
    line = Line()
    ada, bob, cy, dan = (line.begin(name) for name in ("ada", "bob", "cy", "dan"))
    until(lambda: line.told == {"cy": 2, "dan": 3}, "those who wait to be told")
    assert (ada.works, bob.works, cy.works, dan.works) == (True, True, False, False)
    bob.end()
    until(lambda: cy.works, "the next one's turn")
    until(lambda: line.told["dan"] == 2, "the last to be told anew")
    assert not dan.works
    for piece in (ada, cy, dan):
        piece.end()
    assert not line.standing()


def test_no_visitor_has_two_at_once_and_others_do_not_wait_for_that() -> None:
    line = Line()
    first, second = line.begin("ada"), line.begin("ada", "ada again")
    until(lambda: line.told == {"ada again": 1}, "the second to be told")
    bob = line.begin("bob")
    until(lambda: bob.works, "somebody else's turn")
    assert (first.works, second.works) == (True, False)
    first.end()
    until(lambda: second.works, "the second one's turn")
    for piece in (second, bob):
        piece.end()


def test_who_leaves_while_waiting_keeps_nobody_waiting() -> None:
    line = Line()

    def leave(_before: int) -> Turn:
        raise KeyboardInterrupt  # as Streamlit ends a page that is gone: no Exception

    ada, bob = line.begin("ada"), line.begin("bob")
    with pytest.raises(KeyboardInterrupt), line.turns.turn("cy", leave):
        pass
    assert line.standing() == 2
    dan = line.begin("dan")
    ada.end()
    until(lambda: dan.works, "the next one's turn")
    for piece in (bob, dan):
        piece.end()


def test_work_that_fails_gives_its_turn_back() -> None:
    line = Line()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), line.turns.turn("ada"):
            raise ZeroDivisionError
    assert not line.standing()


def test_a_piece_that_begins_another_is_found_out() -> None:
    line = Line()
    with (
        line.turns.turn("ada"),
        pytest.raises(AssertionError),
        line.turns.turn("ada"),
    ):
        pass


def test_files_beyond_a_visitors_share_are_refused_at_once() -> None:
    line = Line()
    mine = []
    for number in range(FILES_EACH):
        mine.append(line.begin_file("ada"))
        until(lambda number=number: line.standing() == number + 1, "the file to stand in line")
    refused = line.begin_file("ada")
    until(lambda: refused.refused, "a refusal")
    assert refused.refused.startswith("Many files are being made here, for you or for others.")
    bob = line.begin_file("bob")
    until(lambda: bob.works, "somebody else's file")
    for piece in (*mine, bob):
        piece.end()
    assert not line.standing()


@pytest.mark.parametrize("reason", ["time", "the server's end"])
def test_a_file_waits_no_longer_than_a_browser_or_the_server(
    reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line()
    ada = line.begin("ada")
    if reason == "time":
        monkeypatch.setattr(turns, "FILE_S", 0.1)
    waits = line.begin_file("ada")
    if reason != "time":
        until(lambda: line.standing() == 2, "the file to stand in line")
        assert not waits.refused
        monkeypatch.setattr(turns, "is_ending", lambda: True)
    until(lambda: waits.refused, "the file to be given up")
    ada.end()


def _refuse() -> bytes:
    raise DatasetError("It is damaged.", "Delete it.")


def test_a_file_is_made_in_the_language_of_who_asked_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "visitor", lambda: "ada")
    monkeypatch.setattr(turns, "TURNS", Turns())
    with read_by(Reader("de")):
        made = turns.costly_file(lambda: reader().language.encode())
    assert made() == b"de"
    assert turns.costly_file(_refuse)() == b"It is damaged. Delete it."
    monkeypatch.setattr(turns, "FILES_EACH", 0)
    assert b"Many files" in made()


def test_who_finds_it_kept_waits_for_nobody_and_all_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    line, computed, told = Line(), [], set[str]()
    monkeypatch.setattr(turns, "TURNS", line.turns)
    monkeypatch.setattr(turns, "visitor", lambda: threading.current_thread().name)

    @contextmanager
    def announced(_before: int) -> Iterator[None]:
        told.add(threading.current_thread().name)
        yield

    monkeypatch.setattr(turns, "_announced", announced)

    @turns.costly(st.cache_resource(show_spinner=False))
    def half(number: int) -> int:
        computed.append(number)
        return number // 2

    @turns.costly(st.cache_resource(show_spinner=False))
    def quarter(number: int) -> int:
        return half(half(number))

    assert quarter(16) == 4
    assert not line.standing()
    ada, bob = line.begin("ada"), line.begin("bob")
    assert quarter(16) == 4
    waiting = [threading.Thread(target=quarter, args=(32,), name=name, daemon=True) for name in ("cy", "dan")]
    for thread in waiting:
        thread.start()
    until(lambda: told == {"cy", "dan"}, "both to be told, though they wait for the same")
    assert computed == [16, 8]
    for piece in (ada, bob):
        piece.end()
    for thread in waiting:
        thread.join()
    assert computed == [16, 8, 32]
    assert not line.standing()
