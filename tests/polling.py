"""Waiting for something to become true; no test sleeps for a fixed time.

Everybody waits as long, on slow and busy machines too: only a longer deadline is named where somebody waits.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

T = TypeVar("T")
DEADLINE_S = 120.0
_NEVER = threading.Event()


def until(
    condition: Callable[[], T],
    what: str | Callable[[], str],
    within_s: float = DEADLINE_S,
    every_s: float = 0.02,
) -> T:
    """Return the condition's value as soon as it is true; fail, naming `what`, after `within_s`."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {within_s:g} s in vain for {what if isinstance(what, str) else what()}")
        _NEVER.wait(every_s)
    return value


def run_aside(play: Callable[[], Awaitable[T]], within_s: float = DEADLINE_S) -> T:
    """Return what it gives, played in an event loop of its own thread, in time: this thread may have Playwright's."""

    async def in_time() -> T:
        async with asyncio.timeout(within_s):
            return await play()

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(lambda: asyncio.run(in_time())).result()
