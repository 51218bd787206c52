"""Eight runs side by side as the live channel tells of them: their curves in one chart."""

from collections.abc import Callable
from typing import Final

from core.figures.palette import PALETTES, Theme, series_colour
from core.figures.run_curves import Chart, Series
from core.i18n.number_format import plain
from core.i18n.translation import N_, _, ngettext
from core.live.news import Moment
from core.live.run_feed import Feed
from core.runs import RunRow, Store

STANDINGS: Final = {  # how a run of the group stands that has no accuracy to tell
    "created": N_("Learning rate {rate:plain}: not started."),
    "queued": N_("Learning rate {rate:plain}: queued."),
    "interrupted": N_("Learning rate {rate:plain}: interrupted."),
    "diverged": N_("Learning rate {rate:plain}: diverged."),
    "failed": N_("Learning rate {rate:plain}: failed."),
}


def members(store: Store, group_id: str) -> list[RunRow]:
    """Return the group's runs, the smallest learning rate first.  Raises: StoreError."""
    return sorted(store.list(group_id=group_id), key=lambda member: member.config.learning_rate)


def sweep_marks(runs: list[RunRow]) -> dict[str, str]:
    """Return what changes when the page is to be drawn anew: when the last of them has ended."""
    return {"page": "live" if any(member.is_live for member in runs) else "over"}


def sweep_moment(group_id: str, store: Store, feed: Callable[[str], Feed]) -> Moment:
    """Return the eight as they stand.  Raises: StoreError."""
    runs = members(store, group_id)
    return Moment({"sweep": sweep_chart(group_id, runs, store, feed)}, sweep_marks(runs))


def sweep_chart(group_id: str, runs: list[RunRow], store: Store, feed: Callable[[str], Feed]) -> Chart:
    """Return the smoothed training accuracy of every run of the group in one chart.  Raises: StoreError."""
    feeds = [(member, feed(member.id)) for member in runs]
    for _member, shared in feeds:
        shared.refresh(store)
    series = tuple(_series(i, member, shared) for i, (member, shared) in enumerate(feeds))
    ends = [shared.curves.total_steps for _member, shared in feeds]
    told = [sentence for sentence in map(_standing, runs) if sentence] or [_("No results yet.")]
    return Chart(
        run=group_id,
        title=ngettext(
            "Training accuracy at {n} learning rate (smoothed, %)",
            "Training accuracy at {n} learning rates (smoothed, %)",
            len(runs),
        ),
        x_title=_("Training step"),
        x_end=float(max([*ends, 1])),
        percent=True,
        series=series,
        alt=" ".join([_("Training accuracy by learning rate."), *told]),
        revision=(0, sum(shared.curves.smooth["accuracy"].thinned for _member, shared in feeds)),
    )


def _series(i: int, member: RunRow, shared: Feed) -> Series:
    x, y = shared.curves.smooth["accuracy"].points
    colours = _colour(i, "light"), _colour(i, "dark")
    return Series(member.id, plain(member.config.learning_rate), "line", colours, x, y * 100)


def _colour(i: int, theme: Theme) -> str:
    """Return one of eight colours that differ: the two of train and test, then the further series'."""
    named = (PALETTES[theme].train, PALETTES[theme].held_out)
    return named[i] if i < len(named) else series_colour(i - len(named), theme)


def _standing(member: RunRow) -> str:
    """Return how the run stands in a sentence, "" while there is nothing to tell."""
    rate, accuracy = member.config.learning_rate, member.latest_accuracy
    if member.status in STANDINGS:
        return _(STANDINGS[member.status], rate=rate)
    if (
        accuracy is None and member.has_ended and member.train_accuracy is not None
    ):  # without images to test on
        return _(
            "Learning rate {rate:plain}: {accuracy:percent} of its training images.",
            rate=rate,
            accuracy=member.train_accuracy,
        )
    if accuracy is None:
        return ""
    return _("Learning rate {rate:plain}: {accuracy:percent}.", rate=rate, accuracy=accuracy)
