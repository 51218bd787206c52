"""What the live channel tells of a topic: one message with the news of all components that show it.

Layout (core/figures/binary_message.py): a header {topic, marks, trouble, spread, parts: [[component key,
bytes], ...]}, then the components' own messages. A mark is a text that changes when the page is to be drawn anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.datasets import DatasetError
from core.figures.binary_message import pack
from core.figures.run_curves import Chart
from core.figures.weight_images import WeightImages
from core.i18n.reader import Reader, read_by
from core.live.board_feed import Board
from core.live.board_stream import BoardStream
from core.live.hub import News, Topic
from core.live.messages import ChartStream, HtmlPatch, PartsStream, TileStream
from core.runs import StoreError

Shown = Chart | WeightImages | HtmlPatch | Board

MESSAGE_BYTES: Final = 4_500  # that a message may take, once a viewer has been told everything
OWN_BYTES: Final = 260  # of them its header, and that of the weight images
LEAST_TILE_BYTES: Final = 800
FEW_VIEWERS: Final = 8  # whose pages may all be drawn anew at one moment
REFUSED: Final = "refused"
A_DRAWING_S: Final = 0.1  # the drawings of more are spread over so much each: about half of it is work


@dataclass(frozen=True)
class Moment:
    """A topic as it stands: what its components show, by key, and its marks."""

    shown: Mapping[str, Shown] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


class MomentSource:
    """Tells of a topic by what a look returns; a store that fails, images that are gone: told in their own words.

    look_now: returns the topic as it stands, said in the topic's language.  May raise: StoreError, DatasetError.
    """

    def __init__(self, topic: Topic, look_now: Callable[[], Moment]) -> None:
        self._topic, self._look_now = topic, look_now
        self._streams: dict[str, ChartStream | TileStream | PartsStream | BoardStream] = {}
        self._moment = Moment()
        self._spread_s = 0.0
        self._told: tuple[Mapping[str, str], str] = ({}, "")  # the marks and the trouble told last

    def look(self, *, wants_whole: bool, viewers: int) -> News:
        """Return what is new since the look before, and everything if it is wanted."""
        trouble, self._spread_s = "", A_DRAWING_S * viewers if viewers > FEW_VIEWERS else 0.0
        with read_by(Reader(self._topic.language)):
            try:
                self._moment = self._look_now()
            except (DatasetError, StoreError) as error:
                trouble = str(error)
            now = self._moment.marks, trouble
            changed = self._changed()
            is_news = changed or now != self._told
            self._told = now
            whole = None
            if wants_whole:
                parts = {
                    key: self._stream(key, shown).whole(shown) for key, shown in self._moment.shown.items()
                }
                whole = self._message(parts, trouble)
        return News(self._message(changed, trouble) if is_news else None, whole)

    def _changed(self) -> dict[str, bytes]:
        """Return the message of each component that has one; weight images take the room that the others leave."""
        messages: dict[str, bytes] = {}
        room = MESSAGE_BYTES - OWN_BYTES
        for key, shown in sorted(
            self._moment.shown.items(), key=lambda item: isinstance(item[1], WeightImages)
        ):
            stream = self._stream(key, shown)
            if isinstance(shown, WeightImages):
                message = stream.message(shown, max(room, LEAST_TILE_BYTES))
            else:
                message = stream.message(shown)
            if not stream.idle:
                messages[key] = message
                room -= len(message)
        return messages

    def _stream(self, key: str, shown: Shown) -> Any:
        if key not in self._streams:
            if isinstance(shown, Chart):
                self._streams[key] = ChartStream(key, keeps_earlier=True)
            elif isinstance(shown, Board):
                self._streams[key] = BoardStream(key)
            else:
                self._streams[key] = TileStream(key) if isinstance(shown, WeightImages) else PartsStream(key)
        return self._streams[key]

    def _message(self, parts: Mapping[str, bytes], trouble: str) -> bytes:
        return _message(self._topic, self._moment.marks, trouble, self._spread_s, parts)


def refusal(topic: Topic) -> bytes:
    """Return the last word on a topic to who may not read it any more: a mark that has the page drawn anew."""
    return _message(topic, {"page": REFUSED, "rules": REFUSED}, "", 0.0, {})


def _message(
    topic: Topic, marks: Mapping[str, str], trouble: str, spread_s: float, parts: Mapping[str, bytes]
) -> bytes:
    header = {
        "topic": f"{topic.kind}:{topic.name}",
        "marks": dict(marks),
        "trouble": trouble,
        "spread": spread_s,
        "parts": [[key, len(message)] for key, message in parts.items()],
    }
    return pack(header, b"".join(parts.values()))
