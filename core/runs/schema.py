"""Every table that Inkling makes in its store. All rows, no objects.

`runs` has one row a run, kept so that lists need nothing else; `events` are what the run said; `artifacts` are its
arrays and bytes, each with its SHA-256. How a store of an earlier version gets them: `core.runs.migrations`.
"""

from typing import Final

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()

STORE_VERSION: Final = Table(  # one row: the oldest version of the schema whose software can use this store
    "store_version", METADATA, Column("version", Integer, primary_key=True)
)
SCHEMA_REVISION: Final = (
    Table(  # one row: the last migration done; Alembic's, whose usual name is taken by Optuna's
        "schema_revision", METADATA, Column("version_num", String(32), primary_key=True)
    )
)

RUNS: Final = Table(
    "runs",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    # what it is
    Column("owner", String(64), nullable=False, default=""),
    Column("name", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("tags", Text, nullable=False, default="[]"),  # JSON list
    Column("pinned", Integer, nullable=False, default=0),
    Column("parent_id", String(16), nullable=False, default=""),
    Column("group_id", String(16), nullable=False, default=""),
    Column("config", Text, nullable=False),  # JSON, as core.config.run_config.to_json writes it
    Column("dataset", String(80), nullable=False),
    Column("model", String(16), nullable=False),
    # where it stands; times in seconds since 1970, for people and for retention; who runs what is never decided by them
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("seq", Integer, nullable=False, default=0),  # of the attempt's last event
    Column("history", Integer, nullable=False, default=0),  # attempt that last rewrote the past by starting
    Column("revision", Integer, nullable=False, default=0),  # counts every change to the run
    Column("lease", String(32), nullable=False, default=""),  # "" = no worker has it
    Column("queue_order", Integer, nullable=False, default=0),
    Column("created_at", Float, nullable=False),
    Column("queued_at", Float),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("seen_at", Float),  # last looked at, so that nothing open is pruned
    Column("deleted_at", Float),
    Column("cause", String(24), nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("remedy", Text, nullable=False, default=""),
    # standing orders
    Column("command", String(8), nullable=False, default="run"),
    Column(
        "run_until", Integer, nullable=False, default=0
    ),  # negative: that many epochs, once their length is known
    Column("learning_rate", Float),
    Column("pace", String(24), nullable=False, default="full"),
    Column("learning_rate_changes", Text, nullable=False, default="[]"),  # JSON [[step, rate], ...]
    # facts of Started
    Column("total_steps", Integer),
    Column("steps_per_epoch", Integer),
    Column("train_count", Integer),
    Column("evaluation_split", String(16), nullable=False, default=""),
    Column("evaluation_count", Integer),
    Column("parameter_count", Integer),
    Column("path", String(16), nullable=False, default=""),
    Column("threads", Integer, nullable=False, default=0),
    # progress
    Column("step", Integer, nullable=False, default=0),
    Column("checkpoint_step", Integer),
    Column("train_loss", Float),
    Column("train_accuracy", Float),
    Column("evaluation_step", Integer),
    Column("evaluation_loss", Float),
    Column("evaluation_accuracy", Float),
    Column("best_step", Integer),
    Column("best_loss", Float),
    Column("best_accuracy", Float),
    Column("test_loss", Float),
    Column("test_accuracy", Float),
    Column("elapsed_s", Float, nullable=False, default=0.0),
    Column("images_per_s", Float),
)

EVENTS: Final = Table(
    "events",
    METADATA,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("step", Integer, nullable=False),  # of a chunk: its last step
    Column("payload", LargeBinary, nullable=False),
)

ARTIFACTS: Final = Table(
    "artifacts",
    METADATA,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(24), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),  # last: SQLite then reads the rest without touching it
)

LAB: Final = Table(  # two rows, see core.runs.lab
    "lab",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

HANDOVERS: Final = Table(  # one-time links to another browser, see core.runs.handover
    "handovers",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("made_at", Float, nullable=False),
)

STORE_TIME: Final = Table(  # one row, see core.runs.store_time; both in seconds since 1970
    "store_time",
    METADATA,
    Column("store_s", Float, primary_key=True),
    Column("clock_s", Float, nullable=False),
)

OPERATORS: Final = Table(  # visitors who may do everything, see core.runs.operators
    "operators",
    METADATA,
    Column("visitor", String(64), primary_key=True),
    Column("since", Float, nullable=False),
)

OPENED: Final = (
    Table(  # others' things that a visitor has opened by their links: they are in that visitor's lists
        "opened",
        METADATA,
        Column("visitor", String(64), primary_key=True),
        Column("kind", String(16), primary_key=True),  # "run", "search" or "dataset"
        Column("id", String(40), primary_key=True),
        Column("opened_at", Float, nullable=False),
    )
)

OWN_DATASETS: Final = (
    Table(  # whose datasets of people's own are, see core.runs.own_datasets; their images are files
        "own_datasets",
        METADATA,
        Column("name", String(40), primary_key=True),  # "own:<id>"
        Column("owner", String(64), nullable=False),
        Column("kind", String(16), nullable=False),  # "drawings" or "imported"
        Column("audience", String(16), nullable=False),  # "private", "link" or "everyone"
        Column("created_at", Float, nullable=False),
        Column("deleted_at", Float),
    )
)

LEASES: Final = Table(  # used only where the store is on a server; see core.runs.leases
    "leases",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("beat", String(16), nullable=False),
)

SEARCHES: Final = Table(  # see core.search; what Optuna keeps of them is in tables of its own
    "searches",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("owner", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),  # JSON, as core.search.search_space writes it
    Column("state", String(16), nullable=False),
    Column("message", Text, nullable=False, default=""),
    Column("created_at", Float, nullable=False),
)

Index("runs_by_state", RUNS.c.state, RUNS.c.queue_order)
Index("runs_by_owner", RUNS.c.owner, RUNS.c.number)
Index("own_datasets_by_owner", OWN_DATASETS.c.owner)
