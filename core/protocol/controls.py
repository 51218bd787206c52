"""What a running run may be told between two steps: orders and pace. Standard library only."""

import math
from dataclasses import dataclass
from typing import Final, Protocol

MAX_STEPS_PER_S: Final = 100_000.0
FIRST_STEPS_PER_S: Final = 2.0  # a film's


@dataclass(frozen=True)
class RunCommands:
    """The run's standing orders, read a few times a second.

    command: "run", "pause", "stop", or "interrupt" (write a checkpoint and leave off, to be resumed).
    run_until: while paused, go on up to this many updates all the same ("one step", "one epoch").
    learning_rate: a new base learning rate, None = the config's.
    pace: "full", "film:SECONDS" (the whole run in that time, slow at first) or "steps:STEPS_PER_S".
    """

    command: str = "run"
    run_until: int = 0
    learning_rate: float | None = None
    pace: str = "full"


class Controls(Protocol):
    """Whoever tells a run what to do: the worker reads its orders from the store."""

    def poll(self) -> RunCommands:
        """Return the orders as they stand; cheap enough to be called ten times a second."""
        ...


class FreeRun:
    """Controls that let the run go at full speed to its end."""

    def poll(self) -> RunCommands:
        """Return the standing order "run"."""
        return RunCommands()


def parse_pace(pace: str) -> tuple[str, float]:
    """Return ("full", 0), ("film", seconds) or ("steps", steps per second).

    Raises: ValueError naming the pace and what is allowed.
    """
    kind, _, number = pace.partition(":")
    if pace == "full":
        return "full", 0.0
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if kind == "film" and 0 < value <= 3600:
        return kind, value
    if kind == "steps" and 0 < value <= MAX_STEPS_PER_S:
        return kind, value
    paces = '"full", "film:SECONDS" or "steps:STEPS_PER_S"'
    raise ValueError(f"pace must be {paces}, got {pace!r}")


def steps_due(pace: str, running_s: float, total_steps: int) -> float:
    """Return how many updates may be done after `running_s` seconds of running (pauses left out).

    Of a film the first update is due at once and the last at its end; see `film_place`.
    """
    kind, value = parse_pace(pace)
    if kind == "full":
        return float("inf")
    if kind == "steps":
        return value * running_s
    linear = _linear_share(value, total_steps)
    x = running_s / value
    return 1 + math.floor((total_steps - 1) * (linear * x + (1 - linear) * x**3))


def film_place(share: float, film_s: float, total_steps: int) -> float:
    """Return at which share 0..1 of its time a film has done this share 0..1 of its updates.

    It starts slowly because most is learned in the first steps: done = a x + (1 - a) x^3 of the time x, with
    a such that it starts with two updates a second; evenly from end to end where there are too few for that.
    """
    linear = _linear_share(film_s, total_steps)
    below, above = 0.0, 1.0
    for _ in range(40):  # halving: the curve only rises
        x = (below + above) / 2
        below, above = (x, above) if linear * x + (1 - linear) * x**3 < share else (below, x)
    return above


def _linear_share(film_s: float, total_steps: int) -> float:
    return min(1.0, FIRST_STEPS_PER_S * film_s / max(total_steps, 1))


def time_left_s(pace: str, step: int, total_steps: int, step_s: float) -> float:
    """Return the seconds until `total_steps` at this pace, or at `step_s` a step where that takes longer."""
    left = total_steps - step
    kind, value = parse_pace(pace)
    if kind == "film":
        place = film_place(step / max(total_steps, 1), value, total_steps)
        return max(left * step_s, value * (1 - place))
    return max(left * step_s, left / value) if kind == "steps" else left * step_s
