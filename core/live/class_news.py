"""A class as the live channel tells of it: its board, and a mark that changes with it and its members."""

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import UnknownClassroom
from core.live.board_feed import BoardFeed
from core.live.news import Moment
from core.live.run_news import GONE
from core.runs import Store


def class_mark(classroom: Classroom) -> str:
    """Return what changes when somebody joins or is removed, or the class is changed or over."""
    return f"{classroom.revision}-{classroom.is_over}"


def board_moment(feed: BoardFeed, store: Store) -> Moment:
    """Return the class's board as it stands.  Raises: StoreError."""
    try:
        return Moment({"board": feed.refresh(store)})
    except UnknownClassroom:
        return Moment()


def class_moment(classroom_id: str, store: Store) -> Moment:
    """Return the class's mark.  Raises: StoreError."""
    try:
        return Moment(marks={"page": class_mark(Classrooms(store).get(classroom_id))})
    except UnknownClassroom:
        return Moment(marks={"page": GONE})
