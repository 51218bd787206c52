"""Which queued run gets a worker next: whoever has fewest at work is first, and nobody takes all the room.

Runs in work compute by turns (core.jobs.turn_queue), so that many may be: what is bounded is memory. But of one
account, an owner's runs or one of their searches, no more go at full speed at once than the machine computes at once,
since all of them would only be done later; a run that is paced or paused keeps nobody waiting.
"""

from collections import Counter
from collections.abc import Sequence

from core.config.app_settings import Settings
from core.jobs.turn_server import Share
from core.runs import QueuedRun, RunInWork
from core.runs.run_row import RUNNING
from core.training.threads import threads_for


def next_to_start(
    waiting: Sequence[QueuedRun], in_work: Sequence[RunInWork], settings: Settings
) -> QueuedRun | None:
    """Return which of the queued runs, given in their order, is to start now; None for none of them."""
    room = settings.running_limit - len(in_work)
    if room <= 0:
        return None
    each = Counter(account_of(run) for run in in_work)
    most = max(settings.worker_count, settings.running_limit // 4)
    may_start = [run for run in waiting if each[account_of(run)] < most and _has_core(run, in_work, settings)]
    return min(may_start, key=lambda run: each[account_of(run)], default=None)


def started(run: QueuedRun, settings: Settings) -> RunInWork:
    """Return a queued run as what it is once a worker has it."""
    threads = threads_for(run.config, settings.core_count)
    return RunInWork(run.run_id, run.owner, run.group_id, run.pace, RUNNING, threads)


def share_of(run: QueuedRun, settings: Settings) -> Share:
    """Return what a run takes part as where cores are shared."""
    return Share(account_of(run), threads_for(run.config, settings.core_count), is_search=bool(run.group_id))


def account_of(run: QueuedRun | RunInWork) -> str:
    """Return whose runs share a place with this one: its owner's, or those of its search or sweep."""
    return f"{run.owner} {run.group_id}"


def _has_core(run: QueuedRun, in_work: Sequence[RunInWork], settings: Settings) -> bool:
    """Return whether the account's runs at full speed leave a core to this one."""
    if run.pace != "full":
        return True
    account = account_of(run)
    at_full_speed = [
        other.threads
        for other in in_work
        if other.pace == "full" and other.state == RUNNING and account_of(other) == account
    ]
    threads = threads_for(run.config, settings.core_count)
    return not at_full_speed or (
        len(at_full_speed) < settings.worker_count and sum(at_full_speed) + threads <= settings.core_count
    )
