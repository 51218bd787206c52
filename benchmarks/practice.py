"""A class that practises: `python -m benchmarks.practice CODE [--students 30] [--address http://127.0.0.1:8501]`.

So many simulated members join a class of an app that runs, train and draw in it, by HTTP and WebSocket as browsers do
and by nothing else, so that a teacher tries everything the evening before: the board, the pushes, the rules. It is the
load test of a class, too: one more member watches the board, and somebody who is in no class opens pages. Prints what
all of them waited for. Ends with 1 where somebody met an error, with 2 where the command cannot be carried out so.
"""

import argparse
import asyncio
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote, urlsplit

import psutil

from benchmarks.browser_tab import Tab
from benchmarks.joining import UnreachableError, arrive, check_class
from benchmarks.page_client import AppAddress, Session
from benchmarks.practice_member import TROUBLES, Lesson, Member, sentence_of
from benchmarks.practice_record import Record
from benchmarks.server_process import memory_mb, server_here

BYSTANDERS: tuple[str, ...] = ("", "draw", "evaluate", "runs")  # pages
BYSTANDS_S = 1.0  # between two of them
CAUGHT_UP_S = 10.0  # that the board is given at the end
INTERRUPTED = 130  # as shells report Ctrl+C
LEAVE_S = 6.0  # that members are given to leave once whoever started it has ended it


async def practise(lesson: Lesson) -> None:
    """Let the lesson take place; what it measures is in its record."""
    members = [Member(lesson, number) for number in range(lesson.students)]
    async with asyncio.TaskGroup() as group:
        aside = [group.create_task(look(lesson)) for look in (bystand, watch_board, tell)]
        await asyncio.gather(*(member.take_part() for member in members))
        await catch_up(lesson.record)
        for task in aside:
            task.cancel()


async def bystand(lesson: Lesson) -> None:
    """Be somebody who is in no class and opens pages; the first one, which may wait for imports, does not count."""
    try:
        cookie = await asyncio.to_thread(arrive, lesson.app)
        session = Session("softmax-mnist", headers={"cookie": cookie, "accept-language": "en"})
        async with session.connected(lesson.app) as socket:
            await session.draw(socket)
            while True:
                await session.go(socket, random.choice(BYSTANDERS))
                lesson.record.page_ms.append(session.draw_ms[-1])
                await asyncio.sleep(BYSTANDS_S)
    except TROUBLES as error:
        lesson.record.errors[f"The bystander: {sentence_of(error)}"] += 1


async def watch_board(lesson: Lesson) -> None:
    """Watch the board in a second tab of the first member's, until cancelled."""
    seat = await lesson.first_seat

    def take(_topic: str, component: str, part: dict[str, dict[str, dict[str, str]]], now: float) -> None:
        if component == "board":
            lesson.record.board.take(part.get("tiles", {}), now)

    try:
        async with Tab(lesson.app, seat.cookie, "classroom", told=take).opened() as tab:
            await tab.until(lambda: False, "the end", float("inf"))
    except TROUBLES as error:
        lesson.record.errors[f"The board: {sentence_of(error)}"] += 1


async def tell(lesson: Lesson) -> None:
    """Say on standard error how far the lesson is."""
    say(f"{lesson.students} join within {lesson.join_within_s:g} s. Ctrl+C ends it.")
    await lesson.begun.wait()
    say(f"{len(lesson.record.joined_s)} are there, and press Train within {lesson.train_within_s:g} s.")


async def catch_up(record: Record) -> None:
    """Wait until the board has shown what the runs' own pages were told; what it never shows is an error."""

    def missing() -> int:
        return sum(not record.board.has_shown(run, steps[-1][1]) for run, steps in record.told if steps)

    deadline = time.monotonic() + CAUGHT_UP_S
    while missing() and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    if late := missing():
        record.errors["The board did not show the last step of a run."] += late


def end_with_input(report: Callable[[bool], None]) -> None:
    """Cancel the task that calls it once standard input ends, and with it whoever started this process, or their wish.

    report: tells what was measured, of a lesson that was interrupted. It is called, and the process ended, where
    somebody still waits a little later, for an app that does not answer.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None

    def listen() -> None:
        while os.read(0, 1):  # not by sys.stdin, which the end of Python would wait for
            pass
        with suppress(RuntimeError):  # it is over by itself
            loop.call_soon_threadsafe(task.cancel)
        time.sleep(LEAVE_S)
        report(True)
        os._exit(INTERRUPTED)

    threading.Thread(target=listen, daemon=True).start()


def say(sentence: str) -> None:
    """Say it on standard error: standard output has the figures alone."""
    print(sentence, file=sys.stderr, flush=True)


def options_of(arguments: list[str] | None) -> argparse.Namespace:
    """Return what was typed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.practice", description=__doc__.partition("\n\n")[2] if __doc__ else ""
    )
    parser.add_argument("code", help="of the class, which practises best in one of its own")
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--address", default="http://127.0.0.1:8501", help="where the app is")
    parser.add_argument("--minutes", type=float, default=0.0, help="that they go on after they have begun")
    parser.add_argument("--join-within", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--train-within", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--ends-with-input", action="store_true", help="end once standard input does")
    options = parser.parse_args(arguments)
    if options.students < 1 or min(options.minutes, options.join_within, options.train_within) < 0:
        parser.error("at least one student, and no time below 0")
    if urlsplit(options.address).scheme not in ("http", "https"):
        parser.error(f"--address is like http://127.0.0.1:8501, and not {options.address}")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Practise, and print what was measured; return the exit code."""
    options = options_of(arguments)
    app, code = AppAddress(options.address.rstrip("/")), quote(options.code.strip(), safe="")
    try:
        title = check_class(app, code)
    except UnreachableError as error:
        say(str(error))
        return error.exit_code
    record, began, server = Record(), time.perf_counter(), server_here(app.url)

    def look_at_memory() -> None:
        with suppress(psutil.Error):  # it has ended, or is another user's
            if server is not None:
                _count, others, own = memory_mb(server)
                record.memory_mb.append(others + own)

    reported = threading.Lock()

    def report(is_interrupted: bool) -> None:
        if not reported.acquire(blocking=False):
            return
        took_s, own_s = time.perf_counter() - began, time.process_time()
        if options.json:
            more = {"class": title, "students": options.students, "interrupted": is_interrupted}
            print(record.as_json(**more, seconds=round(took_s, 1), own_cpu_s=round(own_s, 1)), flush=True)
        else:
            print(record.as_text())
            print(f"{took_s:.0f} s in all; these clients took {own_s:.1f} s of a core.", flush=True)

    async def take_place() -> None:
        if options.ends_with_input:
            end_with_input(report)
        waits = options.students, options.join_within, options.train_within, 60 * options.minutes
        await practise(Lesson(app, code, *waits, record))

    look_at_memory()
    is_interrupted = False
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        is_interrupted = True
        asyncio.run(take_place())
        is_interrupted = False
    look_at_memory()
    report(is_interrupted)
    if is_interrupted:
        by = "the end of its input" if options.ends_with_input else "Ctrl+C"
        say(f"Ended by {by}; what was measured until then is above.")
    say(f"They stay in the class “{title}”: to end it, python -m core classroom end {code} --delete")
    return INTERRUPTED if is_interrupted else int(bool(record.errors))


if __name__ == "__main__":
    sys.exit(main())
