"""How much the runs in work have to compute together, and what that means for one of them: from measured speeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.protocol.controls import parse_pace, time_left_s
from core.runs import RunInWork, RunRow
from core.runs.run_row import RUNNING


@dataclass(frozen=True)
class Workload:
    """The runs in work on `cores` cores; image_s: of each model, the training time of an image."""

    in_work: Sequence[RunInWork] = ()
    image_s: Mapping[str, float] = field(default_factory=dict)
    cores: int = 1

    @property
    def training(self) -> list[RunInWork]:
        """The runs that compute, or would if it were their turn; paused ones leave the cores to them."""
        return [run for run in self.in_work if run.state == RUNNING]

    def step_s(self, run: RunInWork) -> float:
        """Return the training time of a step; 0 where nothing has been timed that tells."""
        if run.is_timed:
            return run.elapsed_s / run.step
        return self.image_s.get(run.model, 0.0) * run.images_per_step

    def left_s(self, run_id: str) -> float | None:
        """Return how long a run will be under way where all share the cores alike; None if it is not in work.

        Of two that share, the shorter costs the longer as much as itself: each adds the lesser of both works.
        """
        mine = next((run for run in self.training if run.run_id == run_id), None)
        if mine is None:
            return None
        work_s = self._work_s(mine)
        shared_s = sum(min(self._work_s(other), work_s) * self._wish(other) for other in self.training)
        return max(
            time_left_s(mine.pace, mine.step, mine.total_steps, self.step_s(mine)), shared_s / self.cores
        )

    def wait_s(self, run: RunRow) -> float | None:
        """Return how long a queued run will wait for others to end; None where that cannot be told."""
        ahead = max(run.queue_position - 1, 0)
        own = [other for other in self.training if (other.owner, other.group_id) == (run.owner, run.group_id)]
        times = sorted(self.left_s(other.run_id) or 0.0 for other in own or self.training)
        return times[ahead] if ahead < len(times) and times[ahead] else None

    def is_crowded(self, run_id: str) -> bool:
        """Return whether a run will take notably longer than it would on its own."""
        mine = next((run for run in self.training if run.run_id == run_id), None)
        left_s = self.left_s(run_id)
        if mine is None or left_s is None:
            return False
        return left_s > 1.2 * time_left_s(mine.pace, mine.step, mine.total_steps, self.step_s(mine))

    def _work_s(self, run: RunInWork) -> float:
        """Return the core-seconds that a run has still to compute."""
        return (run.total_steps - run.step) * self.step_s(run) * max(run.threads, 1)

    def _wish(self, run: RunInWork) -> float:
        """Return what share of the time a run computes where it may: of so many steps a second, what these take."""
        kind, steps_per_s = parse_pace(run.pace)
        return min(1.0, steps_per_s * self.step_s(run)) if kind == "steps" else 1.0


ALONE = Workload()
