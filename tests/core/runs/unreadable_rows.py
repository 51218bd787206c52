"""Rows that a disk, another program or another version of Inkling left in a store."""

from typing import Any, Final

from core.runs import Store
from core.runs.schema import EVENTS, RUNS

DAMAGES: Final[dict[str, dict[str, Any]]] = {
    "a setting of a later version": {"config": '{"dataset": "mnist", "mood": "glad"}'},
    "a value of a later version": {"config": '{"model": "transformer"}', "model": "transformer"},
    "settings that are no JSON": {"config": '{"dataset": "mn'},
    "settings that are no object": {"config": "[]"},
    "settings nested without end": {"config": "[" * 100_000},
    "settings of another type": {"config": '{"kernel_size": {}}'},
    "tags that are no JSON": {"tags": '["a'},
    "tags that are no texts": {"tags": '[1, {"a": 2}]'},
    "changes that are no JSON": {"learning_rate_changes": "[["},
    "changes that are no pairs": {"learning_rate_changes": '["ab", 3]'},
    "changes that are null": {"learning_rate_changes": "null"},
    "a state that nobody knows": {"state": "dreaming"},
    "a text for a number": {"step": "many"},
    "bytes for a text": {"name": b"\xff\xfe"},
    "a model that is not the settings'": {"model": "cnn"},
}


def damage(store: Store, run_id: str, values: dict[str, Any]) -> None:
    """Write `values` into the run's row, whatever their types, as only another program would."""
    with store.database.write() as connection:
        for name, value in values.items():
            sql = f"UPDATE runs SET {RUNS.c[name].name} = ? WHERE id = ?"
            connection.exec_driver_sql(sql, (value, run_id))


def damage_events(store: Store, run_id: str, payload: bytes, kind: str = "evaluated") -> None:
    """Write `payload` into every event of that kind that the run has said."""
    with store.database.write() as connection:
        mine = (EVENTS.c.run_id == run_id, EVENTS.c.kind == kind)
        done = connection.execute(EVENTS.update().where(*mine).values(payload=payload))
        assert done.rowcount
