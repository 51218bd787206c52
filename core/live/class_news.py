"""A class as the live channel tells of it: its board, and a mark that changes with it and its members."""

import zlib

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import UnknownClassroom
from core.classroom.race import Races
from core.i18n.translation import _
from core.live.board_feed import BoardFeed
from core.live.messages import HtmlPatch
from core.live.news import Moment
from core.live.run_news import GONE
from core.runs import Store


def class_mark(classroom: Classroom) -> str:
    """Return what changes when somebody joins or is removed, or the class is changed or over."""
    return f"{classroom.revision}-{classroom.is_over}"


def rules_mark(classroom: Classroom) -> str:
    """Return what changes with what members may see and do, and when training is paused or goes on."""
    return f"{zlib.crc32(repr(classroom.rules).encode()):x}-{classroom.is_paused}"


def lead_of(classroom: Classroom) -> HtmlPatch:
    """Return what its teacher has all screens do, for pages/static/lead.js: values alone, and nothing to show."""
    return HtmlPatch(
        "",
        {
            "class": classroom.id,
            "held": "1" if classroom.is_held else "",
            "paused": "1" if classroom.is_paused else "",
            "message": classroom.message,
            "pushed": classroom.pushed,
            "pushes": str(classroom.pushes),
            "followed": "1" if classroom.followed else "",
            "held_word": _("Look at your teacher"),
            "paused_word": _("Your teacher has paused training."),
            "close_word": _("Close"),
        },
    )


def board_moment(feed: BoardFeed, store: Store) -> Moment:
    """Return the class's board as it stands.  Raises: StoreError."""
    try:
        return Moment({"board": feed.refresh(store)})
    except UnknownClassroom:
        return Moment()


def class_moment(classroom_id: str, store: Store) -> Moment:
    """Return what its teacher has all screens do, and its marks.  Raises: StoreError."""
    try:
        classroom = Classrooms(store).get(classroom_id)
        marks = {"page": class_mark(classroom), "rules": rules_mark(classroom)}
        marks["race"] = Races(store).mark(classroom_id)
        return Moment({"lead": lead_of(classroom)}, marks)
    except UnknownClassroom:
        return Moment(marks={"page": GONE, "rules": GONE})
