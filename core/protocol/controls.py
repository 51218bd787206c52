"""What a running run may be told between two steps: orders and pace. Standard library only."""

from dataclasses import dataclass
from typing import Final, Protocol

MAX_STEPS_PER_S: Final = 100_000.0


@dataclass(frozen=True)
class RunCommands:
    """The run's standing orders, read a few times a second.

    command: "run", "pause", "stop", or "interrupt" (write a checkpoint and leave off, to be resumed).
    run_until: while paused, go on up to this many updates all the same ("one step", "one epoch").
    learning_rate: a new base learning rate, None = the config's.
    pace: "full", "film:SECONDS" (the whole run in about that time, slow at first) or "steps:STEPS_PER_S".
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

    A film starts slowly because most is learned in the first steps: due = total * (t / T)^3, at least t * 2.
    """
    kind, value = parse_pace(pace)
    if kind == "full":
        return float("inf")
    if kind == "steps":
        return value * running_s
    return max(2.0 * running_s, total_steps * (running_s / value) ** 3)


def time_left_s(pace: str, step: int, total_steps: int, steps_per_s: float) -> float:
    """Return the seconds until `total_steps` at this pace, or at `steps_per_s` where that is slower."""
    left = total_steps - step
    at_speed_s = left / steps_per_s if steps_per_s > 0 else float("inf")
    kind, value = parse_pace(pace)
    if kind == "film":
        return max(at_speed_s, value * (1 - (step / max(total_steps, 1)) ** (1 / 3)))
    return max(at_speed_s, left / value) if kind == "steps" else at_speed_s
