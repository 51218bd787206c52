"""Whose turn it is to compute: fair by account, which is an owner's runs, or one of their searches.

Each account has a clock that counts the core-seconds it has had, times its weight (start-time fair queueing, after
Goyal, Vin and Cheng 1996). Whoever waits with the least of them is next: a run that mostly sleeps, or has just begun,
goes before those that compute all the time, and these go round. What an account did not use it may not save up, and
what it used while nobody waited it does not owe.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

Run = TypeVar("Run")  # whatever a run is known by; hashable

HEAD_START_S: Final = 0.5  # how far a clock may lag behind: what a run's first curve takes
LONGEST_S: Final = 0.5  # after so long a turn is asked back, whoever is next: who gives it back does not hang
GRACE_S: Final = 1.0  # who has not given it back for so long keeps nobody waiting any more: it may hang
TURN_S: Final = 0.1  # how far a clock may run ahead of one that waits: each turn has news to write
SEARCH_WEIGHT: Final = 4.0  # a search has a quarter of what a person's own run has


@dataclass
class Account:
    """Core-seconds had, times the weight; how far its clock may lag behind; `runs` that have it at present."""

    weight: float
    head_start_s: float
    clock: float = -math.inf
    runs: int = 0


@dataclass
class Contender:
    """A run: how many cores it takes, what it has had of them, and since when its turn lasts or it waits for one."""

    account: Account
    threads: int
    used_s: float = 0.0
    turn_since: float | None = None
    asked_back_at: float = math.inf
    waits_since: float | None = None
    is_urgent: bool = False

    def lasts_s(self, now: float) -> float:
        """Return how long the turn in hand has kept others waiting; 0 without one."""
        until = min(now, self.asked_back_at + GRACE_S)
        return 0.0 if self.turn_since is None else until - self.turn_since

    def clock(self, now: float) -> float:
        """Return its account's clock, the turn in hand counted."""
        return self.account.clock + self.lasts_s(now) * self.threads * self.account.weight

    def hangs(self, now: float) -> bool:
        """Return whether it has kept a turn for too long that was asked back."""
        return now - self.asked_back_at >= GRACE_S


@dataclass
class TurnQueue(Generic[Run]):
    """Decides who may compute on `cores` cores, at most `at_once` runs at a time. Times in seconds of any one clock."""

    cores: int
    at_once: int
    _accounts: dict[str, Account] = field(default_factory=dict)
    _runs: dict[Run, Contender] = field(default_factory=dict)
    _clock: float = 0.0  # the furthest at which a turn has begun

    def join(self, run: Run, account: str, threads: int, *, is_search: bool = False) -> None:
        """Let a run take part from now on; one that does already begins anew."""
        self._forget(run)
        made = Account(SEARCH_WEIGHT, 0.0) if is_search else Account(1.0, HEAD_START_S)
        found = self._accounts.setdefault(account, made)
        found.runs += 1
        self._runs[run] = Contender(found, threads)

    def leave(self, run: Run, now: float) -> None:
        """Let a run take part no more; an account without runs is forgotten once its clock lags as far as it may."""
        self.give_back(run, now)
        self._forget(run)
        self._accounts = {
            key: one
            for key, one in self._accounts.items()
            if one.runs or one.clock > self._clock - one.head_start_s
        }

    def _forget(self, run: Run) -> None:
        contender = self._runs.pop(run, None)
        if contender is not None:
            contender.account.runs -= 1

    def want(self, run: Run, now: float) -> None:
        """Let a run wait for its turn."""
        contender = self._runs.get(run)
        if contender is None or contender.waits_since is not None:
            return
        if not self.is_wanted:  # until now who computed took it from nobody
            self._clock = max([self._clock, *(one.clock(now) for one in self._in_turn)])
        account = contender.account
        account.clock = max(account.clock, self._clock - account.head_start_s)
        contender.waits_since = now

    def hurry(self, run: Run) -> None:
        """Let a run go before all others: it has been told to stop, which it does in its turn."""
        if run in self._runs:
            self._runs[run].is_urgent = True

    def give_back(self, run: Run, now: float) -> None:
        """Take note that a run computes no more, or waits no more."""
        contender = self._runs.get(run)
        if contender is None:
            return
        contender.used_s += contender.lasts_s(now) * contender.threads
        contender.account.clock = contender.clock(now)
        contender.turn_since = contender.waits_since = None
        contender.asked_back_at = math.inf

    def next_turn(self, now: float) -> Run | None:
        """Return who may compute now, whose turn then begins; None while nobody may who waits."""
        run = self._first_in_line
        if run is None:
            return None
        first = self._runs[run]
        if not self._fits(first, [one for one in self._in_turn if not one.hangs(now)]):
            return None
        first.turn_since, first.waits_since = now, None
        self._clock = max(self._clock, first.account.clock)
        return run

    def ask_back(self, now: float) -> list[Run]:
        """Return who is to give its turn back, each once: those furthest ahead, as many as make room for the next.

        There is a reason for it where the next one is to stop or has not begun yet, or where a turn is long or has
        taken its account a turn ahead.
        """
        run = self._first_in_line
        if run is None:
            return []
        first = self._runs[run]
        staying = [one for one in self.in_turn if self._runs[one].asked_back_at == math.inf]
        is_due = first.is_urgent or not first.used_s
        if not is_due and not any(self._is_long(self._runs[one], first, now) for one in staying):
            return []
        staying.sort(key=lambda one: self._runs[one].clock(now))
        asked = []
        while staying and not self._fits(first, [self._runs[one] for one in staying]):
            asked.append(staying.pop())
            self._runs[asked[-1]].asked_back_at = now
        return asked

    def _is_long(self, contender: Contender, first: Contender, now: float) -> bool:
        """Return whether a run has computed for long enough, where this one waits."""
        is_ahead = contender.clock(now) >= first.account.clock + TURN_S
        return is_ahead or contender.lasts_s(now) >= LONGEST_S

    def _fits(self, contender: Contender, beside: Sequence[Contender]) -> bool:
        """Return whether a run may compute beside these; alone any may."""
        threads = contender.threads + sum(one.threads for one in beside)
        return not beside or (len(beside) < self.at_once and threads <= self.cores)

    @property
    def in_turn(self) -> list[Run]:
        """Who computes now."""
        return [run for run, who in self._runs.items() if who.turn_since is not None]

    @property
    def _in_turn(self) -> list[Contender]:
        return [self._runs[run] for run in self.in_turn]

    @property
    def is_wanted(self) -> bool:
        """Whether anybody waits."""
        return self._first_in_line is not None

    @property
    def _first_in_line(self) -> Run | None:
        waiting = [run for run, who in self._runs.items() if who.waits_since is not None]
        return min(waiting, key=lambda run: _precedence(self._runs[run]), default=None)


def _precedence(who: Contender) -> tuple[bool, float, float, float]:
    """Return what decides who is first: the least is."""
    return not who.is_urgent, who.account.clock, who.used_s, who.waits_since or 0.0
