"""The tables of classes in the store: who teaches and is in them, in which browsers, and what they do together."""

from typing import Final

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from core.runs.schema import METADATA

CLASSROOMS: Final = Table(  # see core.classroom; what is made in a class has its members as owners
    "classrooms",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("last_day", String(10), nullable=False),  # YYYY-MM-DD, where the server is
    Column("nicknames", String(16), nullable=False),  # "list" or "own"
    Column("address", Text, nullable=False, default=""),  # of the app, as the class's devices reach it
    Column("is_open", Integer, nullable=False, default=1),  # to who has the code
    Column("created_at", Float, nullable=False),
    Column("revision", Integer, nullable=False, default=0),  # counts changes to it and its members
    # what its teacher has the class do
    Column("is_paused", Integer, nullable=False, default=0),  # no run of a member's is trained
    Column("is_held", Integer, nullable=False, default=0),  # all screens say: look here
    Column("message", Text, nullable=False, default=""),
    Column("pushed", Text, nullable=False, default=""),  # the address that was pushed last: page and query
    Column("pushes", Integer, nullable=False, default=0),  # how many were
    Column("followed", String(64), nullable=False, default=""),  # the teacher whom all screens follow
    Column("rules", Text, nullable=False, default="{}"),  # JSON, see core.classroom.rules
    Column("needs_nod", Integer, nullable=False, default=0),  # what members make waits for the teacher
)

TEACHER_KEYS: Final = Table(  # of each only its hash
    "teacher_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("classroom_id", String(16), ForeignKey("classrooms.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),  # whose it is, "" for who started the class
    Column("hash", String(64), nullable=False),
    Column("made_at", Float, nullable=False),
)

TEACHERS: Final = Table(  # visitors who teach a class, by which key
    "teachers",
    METADATA,
    Column("classroom_id", String(16), ForeignKey("classrooms.id", ondelete="CASCADE"), primary_key=True),
    Column("visitor", String(64), primary_key=True),
    Column("key_id", String(16), ForeignKey("teacher_keys.id", ondelete="CASCADE"), nullable=False),
)

MEMBERS: Final = Table(
    "members",
    METADATA,
    Column("id", String(16), primary_key=True),  # the owner of what they make
    Column("classroom_id", String(16), ForeignKey("classrooms.id", ondelete="CASCADE"), nullable=False),
    Column("nickname", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the nickname as it is compared
    Column("key_hash", String(128), nullable=False),
    Column("joined_at", Float, nullable=False),
    Column("removed_at", Float),
    Column("is_nodded", Integer, nullable=False, default=0),  # the projector may show the nickname
)

SEATS: Final = Table(  # browsers in which a member is at work; of the word in their cookie only its hash
    "seats",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("member_id", String(16), ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("place", Text, nullable=False, default=""),  # the address that is looked at: page and query
)

OFF_BOARD: Final = Table(  # runs that a teacher has taken from the board
    "off_board",
    METADATA,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
)

ACTIVITIES: Final = Table(  # what a class does together, see core.classroom.race
    "activities",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("classroom_id", String(16), ForeignKey("classrooms.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),  # "race", "handwriting" or "fool"
    Column("terms", Text, nullable=False),  # JSON, by the kind
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
)

CLASS_DRAWINGS: Final = Table(  # what members hand in, see core.classroom.drawings
    "class_drawings",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("activity_id", String(16), ForeignKey("activities.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", String(16), ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("label", Integer, nullable=False),  # the digit that its author says it is
    Column("pixels", LargeBinary, nullable=False),  # uint8 (28, 28), prepared, not deskewed
    Column("reading", Integer),  # the digit that the class's model reads, and how sure it is
    Column("confidence", Float),
    Column("made_at", Float, nullable=False),
    Column("is_nodded", Integer, nullable=False, default=0),  # others may see it
)

OPINIONS: Final = Table(  # what members say that others' drawings are
    "opinions",
    METADATA,
    Column("drawing_id", String(16), ForeignKey("class_drawings.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", String(16), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("said", Integer, nullable=False),
)

GUESSES: Final = Table(  # wrong codes and keys of the last minutes, see core.classroom.guesses
    "guesses",
    METADATA,
    Column("place", String(64), primary_key=True),
    Column("minute", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
)

Index("activities_by_classroom", ACTIVITIES.c.classroom_id)

Index("class_drawings_by_activity", CLASS_DRAWINGS.c.activity_id)
Index("members_by_classroom", MEMBERS.c.classroom_id, MEMBERS.c.folded, unique=True)
Index("seats_by_member", SEATS.c.member_id)
