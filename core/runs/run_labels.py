"""A run in words: its title and its status."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from core.config.config_title import config_title, in_title, shortest_title
from core.config.run_config import from_json
from core.i18n.reader import reader
from core.i18n.translation import N_, Sentences, _, ngettext
from core.runs import RunRow

TONES: Final = {
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
STATUSES: Final = Sentences(
    {
        "created": N_("Not started"),
        "queued": N_("Queued"),
        "running": N_("Running"),
        "paused": N_("Paused"),
        "interrupted": N_("Interrupted"),
        "finished": N_("Finished"),
        "stopped": N_("Stopped"),
        "diverged": N_("Diverged"),
        "failed": N_("Failed"),
    }
)


def title(row: RunRow) -> str:
    """Return the run's name, or one made of what it is: "Softmax, MNIST, learning rate 0.1"."""
    return row.name or _title(row.config_json, reader().language)


@lru_cache(maxsize=4096)
def _title(config_json: str, _language: str) -> str:
    """Return a name made of a run's settings; kept, since lists ask often."""
    return config_title(from_json(config_json))


def settings_text(row: RunRow) -> str:
    """Return the settings that titles say of some runs only, and for a run with a name those that they say of all."""
    return _settings_text(row.config_json, reader().language, is_named=bool(row.name))


@lru_cache(maxsize=4096)
def _settings_text(config_json: str, language: str, *, is_named: bool) -> str:  # noqa: ARG001 - of the key
    config = from_json(config_json)
    told = [in_title(name, config) for name in ("optimizer", "batch_size", "epochs")]
    return " · ".join([shortest_title(config), *told] if is_named else told)


def distinct_titles(rows: Iterable[RunRow]) -> dict[str, str]:
    """Return {run id: the run's title}, no two alike."""
    return unambiguous({row.id: title(row) for row in rows})


def unambiguous(texts: Mapping[str, str]) -> dict[str, str]:
    """Return {run id: its text}, with the id where two would be alike: a browser knows options by their texts."""
    counts = Counter(texts.values())
    return {run_id: text if counts[text] == 1 else f"{text} · {run_id[:4]}" for run_id, text in texts.items()}


def status_text(row: RunRow) -> tuple[str, str]:
    """Return (the run's status in words, the tone of its chip)."""
    if row.queue_position == 1:
        text: str = _("Queued, next")
    elif row.queue_position:
        text = ngettext("Queued, {n} ahead", "Queued, {n} ahead", row.queue_position - 1)
    else:
        text = STATUSES[row.status]
    return text, TONES[row.status]
