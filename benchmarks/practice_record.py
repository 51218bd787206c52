"""What a practice lesson measures, and how it is told: a table, or JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Board:
    """What the board's tiles showed: of each run when it was at which step, and when another took its place."""

    shown: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    replaced: dict[str, float] = field(default_factory=dict)
    tiles: dict[str, dict[str, Any]] = field(default_factory=dict)  # member -> what the tile says now

    def take(self, tiles: dict[str, dict[str, Any]], now: float) -> None:
        """Take the news of some tiles."""
        for member, news in tiles.items():
            before = self.tiles.get(member, {})
            tile = self.tiles[member] = before | news
            if before.get("r") and before["r"] != tile["r"]:
                self.replaced[before["r"]] = now
            if tile.get("s"):
                self.shown.setdefault(tile["r"], []).append((now, tile["s"]))

    def has_shown(self, run: str, step: int) -> bool:
        """Return whether the run's tile has come so far, or shows the member's next run."""
        return run in self.replaced or any(shown >= step for _when, shown in self.shown.get(run, ()))

    def behind_ms(self, told: Iterable[tuple[str, list[tuple[float, int]]]]) -> list[float]:
        """Return, of each step that a run's own page was told, how much later its tile had come so far.

        A tile that was ahead was 0 behind. What it never showed, since the member had begun another run by then,
        counts until that.
        """
        delays = []
        for run, steps in told:
            shown, place = self.shown.get(run, []), 0
            for when, step in steps:
                while place < len(shown) and shown[place][1] < step:
                    place += 1
                at = shown[place][0] if place < len(shown) else self.replaced.get(run)
                if at is not None:
                    delays.append(1000 * max(0.0, at - when))
        return delays


@dataclass
class Record:
    """What the members and the two who look on have measured so far."""

    joined_s: list[float] = field(default_factory=list)
    first_step_s: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)
    page_ms: list[float] = field(default_factory=list)
    told: list[tuple[str, list[tuple[float, int]]]] = field(default_factory=list)  # run -> when at which step
    board: Board = field(default_factory=Board)
    pushes: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)  # of the app and its workers: before, after

    def table(self) -> dict[str, Sequence[float]]:
        """Return what was measured, by what it is called."""
        return {
            "joined, s": self.joined_s,
            "first trained step on its own screen, s": self.first_step_s,
            "board behind a run's own page, ms": self.board.behind_ms(self.told),
            "answer to a drawing, ms": self.answer_ms,
            "bystander's page, ms": self.page_ms,
        }

    def as_text(self) -> str:
        """Return the table, and beneath it what else there is to say."""
        lines = ["| | p50 | p95 | slowest | measured |", "|---|---:|---:|---:|---:|"]
        for name, values in self.table().items():
            cells = [
                f"{number:.2f}" if name.endswith(" s") else f"{number:.0f}" for number in summary(values)
            ]
            lines.append(f"| {name} | {' | '.join(cells or ['–'] * 3)} | {len(values)} |")
        if len(self.memory_mb) == 2:
            before, after = self.memory_mb
            lines.append(f"Memory of the app and its workers: {before:.0f} MB before, {after:.0f} MB after.")
        if self.pushes:
            lines.append(f"Screens went where the teacher sent them: {self.pushes} times.")
        lines.append(f"Errors: {self.errors.total()}")
        return "\n".join([*lines, *(f"- {count} × {error}" for error, count in self.errors.most_common())])

    def as_json(self, **more: Any) -> str:
        """Return one JSON object."""
        figures = {}
        for name, values in self.table().items():
            numbers = (round(number, 4) for number in summary(values))
            figures[name] = dict(zip(("p50", "p95", "slowest"), numbers, strict=False), measured=len(values))
        memory = dict(zip(("before", "after"), self.memory_mb, strict=False))
        said = {"figures": figures, "memory_mb": memory, "pushes": self.pushes, "errors": dict(self.errors)}
        return json.dumps(more | said, ensure_ascii=False)


def summary(values: Sequence[float]) -> list[float]:
    """Return median, 95th percentile and largest, [] of nothing."""
    return [float(np.percentile(values, q)) for q in (50, 95, 100)] if len(values) else []
