"""What a run's name, note and tags may hold: what cannot be shown is refused, and shown escaped where it is there."""

import json

import pytest

from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.errors import RunRefused
from core.runs.schema import RUNS
from tests.nasty_names import NASTY_NAMES

UNSHOWABLE = {
    "a\x1b[31mb": "\\x1b",
    "a\u202eb": "\\u202e",
    "a\u2066b": "\\u2066",
    "a\ud83d": "\\ud83d",
    "\x85": "\\x85",
}


@pytest.mark.parametrize(("text", "named"), UNSHOWABLE.items(), ids=ascii)
def test_what_cannot_be_shown_is_refused_with_its_sign_and_a_remedy(
    store: Store, text: str, named: str
) -> None:
    run_id = store.create(RunConfig(), name="before", note="before", tags=["before"])
    attempts = {
        "The name": lambda: store.rename(run_id, text),
        "The note": lambda: store.note(run_id, text),
        "A tag": lambda: store.tag(run_id, ["fine", text]),
        "The name ": lambda: store.create(RunConfig(), name=text),
    }
    for what, attempt in attempts.items():
        with pytest.raises(RunRefused) as refused:
            attempt()
        assert refused.value.message.startswith(
            f"{what.strip()} has a character that cannot be shown, {named}"
        )
        assert refused.value.remedy == "Remove that character and try again."
    row = store.get(run_id)
    assert (row.name, row.note, row.tags) == ("before", "before", ("before",))
    assert len(store.list()) == 1


def test_every_nasty_name_is_kept_letter_by_letter(store: Store) -> None:
    for name in NASTY_NAMES:
        run_id = store.create(RunConfig(), name=name, note=f"{name}\n{name}", tags=[name])
        row = store.get(run_id)
        kept = " ".join(name.split())  # a name is one line without gaps
        assert (row.name, row.note, row.tags) == (kept, f"{name}\n{name}", (kept[:40].strip(),))


def test_a_row_that_an_earlier_version_let_in_is_shown_escaped(store: Store) -> None:
    run_id = store.create(RunConfig())
    tags = json.dumps(["\ud83d", "fine"])
    with store.database.write() as connection:
        values = {"name": "a\x1b[31mb\u202ec", "note": "first\nsecond\x07", "tags": tags}
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(**values))
    for row in (store.get(run_id), *store.list()):
        assert row.name == "a\\x1b[31mb\\u202ec"
        assert row.note == "first\nsecond\\x07"
        assert row.tags == ("\\ud83d", "fine")
