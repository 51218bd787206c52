"""A run in words: its title and its status."""

from collections import Counter
from collections.abc import Iterable, Mapping

from core.runs import RunRow

TONES = {
    "created": "waiting",
    "queued": "waiting",
    "running": "live",
    "paused": "waiting",
    "interrupted": "bad",
    "finished": "good",
    "stopped": "plain",
    "diverged": "bad",
    "failed": "bad",
}


def title(row: RunRow) -> str:
    """Return the run's name, or one made of what it is."""
    return row.name or f"{row.model} on {row.dataset.replace('_', '-')} · {row.id[:4]}"


def distinct_titles(rows: Iterable[RunRow]) -> dict[str, str]:
    """Return {run id: the run's title}, no two alike."""
    return unambiguous({row.id: title(row) for row in rows})


def unambiguous(texts: Mapping[str, str]) -> dict[str, str]:
    """Return {run id: its text}, with the id where two would be alike: a browser knows options by their texts."""
    counts = Counter(texts.values())
    return {run_id: text if counts[text] == 1 else f"{text} · {run_id[:4]}" for run_id, text in texts.items()}


def status_text(row: RunRow) -> tuple[str, str]:
    """Return (the run's status in words, the tone of its chip)."""
    text = row.status
    if row.queue_position:
        text = "queued, next" if row.queue_position == 1 else f"queued, {row.queue_position - 1} before it"
    return text, TONES[row.status]
