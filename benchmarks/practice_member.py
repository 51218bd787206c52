"""A member of a practice lesson: joins, trains, watches, draws, looks at the board, and goes where it is sent."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import requests
from websockets.exceptions import WebSocketException

from benchmarks.browser_tab import LostError, Tab, WaitError
from benchmarks.joining import NotJoinedError, Seat, join
from benchmarks.page_client import AppAddress, Session
from benchmarks.practice_record import Record

# What members choose in the form, by turns, where the class lets them: label -> a part of an option's name.
SETTINGS: Final[tuple[dict[str, str], ...]] = ({}, {"Learning rate": "0.05"}, {"Model": "MLP"})
ENDED: Final = ("finished", "stopped", "failed", "diverged", "interrupted", "gone")
FIRST_STEP_S: Final = 300.0  # of patience
RUN_S: Final = 1800.0
BOARD_S: Final = 60.0
LOOK_S: Final = (2.0, 6.0)  # that somebody looks at a page
PAUSE_S: Final = (3.0, 20.0)  # between two things that a member of a lesson does
PAGES: Final = ("weights", "evaluate", "data", "runs")
TROUBLES: Final = (
    WaitError,
    LostError,
    NotJoinedError,
    OSError,
    requests.RequestException,
    WebSocketException,
)


class NotOpenError(Exception):
    """What the page does not offer."""


@dataclass
class Lesson:
    """What all members share: the class, what is measured, and the moment when all begin."""

    app: AppAddress
    code: str
    students: int
    join_within_s: float
    train_within_s: float
    lasts_s: float
    record: Record
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ends: float = 0.0  # time.monotonic()
    first_seat: asyncio.Future[Seat] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    _here: int = 0

    def note_arrival(self) -> None:
        """Note that one more is there, or will not come; the lesson begins with the last."""
        self._here += 1
        if self._here == self.students:
            self.ends = time.monotonic() + self.lasts_s
            self.begun.set()


def sentence_of(error: Exception) -> str:
    """Return what went wrong, for who reads the figures."""
    if isinstance(error, WaitError):
        return f"Waited in vain for {error}."
    if isinstance(error, TimeoutError):
        return "The app did not answer in time."
    if isinstance(error, WebSocketException):
        return f"The app closed a connection, or did not open it: {error}."
    return str(error) or type(error).__name__


class Member:
    """One member, in one tab."""

    def __init__(self, lesson: Lesson, number: int) -> None:
        self._lesson, self._record = lesson, lesson.record
        self._number, self._rng = number, np.random.default_rng(number)
        self._tab: Tab

    async def take_part(self) -> None:
        """Be a member from joining to the end of the lesson. What goes wrong is noted, and disturbs nobody else."""
        async with AsyncExitStack() as stack:
            try:
                try:
                    await self._arrive(stack)
                finally:
                    self._lesson.note_arrival()
                await self._lesson.begun.wait()
                await asyncio.sleep(random.uniform(0, self._lesson.train_within_s))
                await self._learn()
            except TROUBLES as error:
                self._note(error)
            finally:
                if hasattr(self, "_tab"):
                    self._record.pushes += self._tab.pushes

    async def _arrive(self, stack: AsyncExitStack) -> None:
        """Join, and open Train."""
        await asyncio.sleep(random.uniform(0, self._lesson.join_within_s))
        seat = await asyncio.to_thread(join, self._lesson.app, self._lesson.code)
        self._record.joined_s.append(seat.took_s)
        if not self._lesson.first_seat.done():
            self._lesson.first_seat.set_result(seat)
        self._tab = await stack.enter_async_context(Tab(self._lesson.app, seat.cookie).opened())

    async def _learn(self) -> None:
        """Train, draw, look at the board; then go on like that, at a classroom's pace, until the lesson ends."""
        for act in (self._train, self._draw, self._look_at_board):
            await self._do(act)
        while time.monotonic() < self._lesson.ends:
            await asyncio.sleep(random.uniform(*PAUSE_S))
            await self._do(random.choice((self._train, self._draw, self._look_at_board, self._look_around)))

    async def _do(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it, once the teacher does not hold the screens.

        What this page does not offer is noted, unless the teacher has just sent this screen elsewhere.
        """
        await self._tab.until(lambda: not self._tab.is_held, "a screen that is let go", RUN_S)
        pushes = self._tab.pushes
        try:
            await act()
        except (NotOpenError, WaitError, LookupError) as error:
            if self._tab.pushes == pushes:
                self._note(error)

    def _note(self, error: Exception) -> None:
        self._record.errors[sentence_of(error)] += 1

    # ---- what a member does

    async def _train(self) -> None:
        """Choose settings, press Train, and watch the run to its end, or until the screen is sent elsewhere."""
        tab = self._tab
        await self._open("", "Train", lambda page: any(name.startswith("Train") for name in page.widgets))
        for label, part in SETTINGS[self._number % len(SETTINGS)].items():
            option = next((one for one in tab.session.options.get(label, ()) if part in one), None)
            if option is not None:
                await tab.choose(label, option)
        before, pushes, pressed = tab.session.run_id, tab.pushes, time.perf_counter()
        await tab.press("Train")
        run = tab.session.run_id
        if not run or run == before:
            raise NotOpenError(f"Train began no run. {' '.join(tab.session.troubles)}".strip())
        steps = tab.steps.setdefault(run, [])
        self._record.told.append((run, steps))
        await tab.until(lambda: bool(steps) or tab.pushes != pushes, "a first trained step", FIRST_STEP_S)
        if steps:
            self._record.first_step_s.append(steps[0][0] - pressed)
        await tab.until(lambda: self._status(run) in ENDED or tab.pushes != pushes, "the end of a run", RUN_S)
        if self._status(run) in ENDED[1:]:
            raise NotOpenError(f"A run ended otherwise: {self._status(run)}.")

    async def _draw(self) -> None:
        """Draw a digit, and have it read by the run that is selected."""
        await self._open("draw", "Draw", lambda page: "pad_canvas" in page.components)
        await asyncio.sleep(random.uniform(*LOOK_S))
        self._record.answer_ms.append(await self._tab.draw_digit(self._rng))

    async def _look_at_board(self) -> None:
        """Open the board, wait until it says something, and look at it: to who has it open it says only what is new."""
        if not any(one.startswith("board:") for one in self._tab.watched):
            for topic in [one for one in self._tab.marks if one.startswith("board:")]:
                del self._tab.marks[topic]  # of an earlier look
        await self._open("classroom", "Class", lambda page: "board" in page.components)
        topic = next(one for one in self._tab.watched if one.startswith("board:"))
        await self._tab.until(lambda: topic in self._tab.marks, "the board", BOARD_S)
        await asyncio.sleep(random.uniform(*LOOK_S))

    async def _look_around(self) -> None:
        """Look at another page."""
        await self._go(random.choice(PAGES))
        await asyncio.sleep(random.uniform(*LOOK_S))

    async def _open(self, page: str, title: str, shows: Callable[[Session], bool]) -> None:
        """Open the page, and make sure that it shows what it is for: the teacher may have closed it to the class."""
        await self._go(page)
        if not shows(self._tab.session):
            raise NotOpenError(f"{title} is not open to members.")

    async def _go(self, page: str) -> None:
        """Open the page; what it says is wrong is noted."""
        await self._tab.go(page)
        for trouble in self._tab.session.troubles:
            self._record.errors[f"The page {page or 'train'} says: {trouble}"] += 1

    def _status(self, run: str) -> str:
        """Return the run's status as the page was told it last, "" before that."""
        marks = self._tab.marks.get(f"run:{run}") or self._tab.marks.get(f"curves:{run}") or {}
        return marks.get("page", "").partition("-")[0]
