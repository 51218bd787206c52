"""Whose turn it is where several bring ZIPs: one of each visitor at a time, in the order of coming."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from pages.run_context.zip_import import _Import
from tests.polling import until


@dataclass
class Reader:
    """Takes the place of what reads the ZIPs: notes their titles in order, and reads until it is told to end."""

    begun: list[str] = field(default_factory=list)
    may_end: Event = field(default_factory=Event)

    def import_zip(self, _content: bytes, title: str, _shape: object, **_told: Any) -> str:
        self.begun.append(title)
        assert self.may_end.wait(120)
        return title


@pytest.fixture
def zips() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.may_end.set()


def begun(zips: Reader, whose: str, title: str) -> _Import:
    made = _Import("file", is_there=lambda: True)
    made.begin(whose, zips, b"", title, (1, 28, 28))  # type: ignore[arg-type]
    return made


def test_who_brings_many_has_one_read_at_a_time_and_others_come_between(zips: Reader) -> None:
    mine = [begun(zips, "ada", "hers 0")]
    until(lambda: zips.begun == ["hers 0"], "the first")
    mine += [begun(zips, "ada", f"hers {number}") for number in range(1, 6)]
    until(lambda: all(one.waits for one in mine[1:]), "the others to wait")
    theirs = begun(zips, "bob", "his")
    until(lambda: zips.begun == ["hers 0", "his"], "his turn")
    zips.may_end.set()
    assert theirs.result.result(120) == "his"
    assert {one.result.result(120) for one in mine} == {f"hers {number}" for number in range(6)}


def test_one_that_waits_can_be_cancelled(zips: Reader) -> None:
    begun(zips, "ada", "first")
    until(lambda: zips.begun == ["first"], "the first")
    second = begun(zips, "ada", "second")
    until(lambda: second.waits, "the second to wait")
    second.is_cancelled.set()
    until(second.result.done, "its end")
    assert zips.begun == ["first"]
