"""A class as the live channel tells of it: a mark that changes with the class and its members."""

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import UnknownClassroom
from core.live.news import Moment
from core.live.run_news import GONE
from core.runs import Store


def class_mark(classroom: Classroom) -> str:
    """Return what changes when somebody joins or is removed, or the class is changed or over."""
    return f"{classroom.revision}-{classroom.is_over}"


def class_moment(classroom_id: str, store: Store) -> Moment:
    """Return the class's mark.  Raises: StoreError."""
    try:
        return Moment(marks={"page": class_mark(Classrooms(store).get(classroom_id))})
    except UnknownClassroom:
        return Moment(marks={"page": GONE})
