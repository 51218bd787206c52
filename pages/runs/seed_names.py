"""The names of repeats under other seeds: made of the repeated run's name, and told apart from it again."""

from core.i18n.reader import Reader, read_by, reader
from core.i18n.translation import _


def named_by_seed(name: str, seed: int) -> str:
    """Return the name of a repeat under this seed."""
    return str(_("{name}, seed {seed:text}", name=name, seed=seed))


def without_seed(name: str, seed: int) -> str:
    """Return the name that `named_by_seed` made a repeat's of, in the reader's language or in English; else `name`."""
    for someone in (reader(), Reader()):
        with read_by(someone):
            before, _mark, after = named_by_seed("\0", seed).partition("\0")
        if name.startswith(before) and name.endswith(after):
            return name[len(before) : len(name) - len(after)]
    return name
