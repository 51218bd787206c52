"""What has already been sent of a class's board, so that each message carries only news.

A tile's fields have one letter each, for sixty of them may change five times a second: n nickname, r run, t title,
k status, s step, m steps in all, a accuracy in hundredths of a per cent, -1 for none, e 1 for who
is not where the class was sent.
"""

import time
from collections.abc import Mapping
from secrets import token_hex
from typing import Any, Final

import numpy as np

from core.classroom.board import BoardEntry
from core.figures.binary_message import pack
from core.figures.palette import THEMES, diverging_lut
from core.figures.weight_images import LEVELS
from core.i18n.script_words import script_words
from core.i18n.translation import N_, Sentences, _
from core.live.board_feed import SIDE, Board, TileImages
from core.live.messages import deflated
from core.runs.run_labels import STATUSES as RUN_STATUSES
from core.runs.run_labels import TONES, title

IDLE_S: Final = 180.0
BYTES_PER_S: Final = 15_000  # of weight images; what else there is to tell takes as much again at most
A_RUN_BYTES: Final = 1_500  # that the images of one take, about
NONE: Final = "none"
IDLE: Final = "idle"
AWAY: Final = "away"
OWN_STATUSES: Final = Sentences({NONE: N_("No run yet"), IDLE: N_("Idle"), AWAY: N_("Not here")})
_OWN_TONES: Final = {NONE: "plain", IDLE: "idle", AWAY: "idle"}


class BoardStream:
    """Messages of one board: everything once, then what changed."""

    def __init__(self, key: str = "") -> None:
        self._key, self._id = key, token_hex(2)
        self._number = self.idle = 0
        self._is_begun = False
        self._tiles: dict[str, dict[str, Any]] = {}
        self._counts: dict[str, int] = {}
        self._images: dict[str, tuple[str, int]] = {}  # member -> run and step of the images sent
        self._room, self._room_at = 0.0, time.monotonic()

    def reset(self) -> None:
        """Have the next message carry everything."""
        self._is_begun = False

    def message(self, board: Board) -> bytes:
        """Return the next message for the board; of weight images what BYTES_PER_S leaves room for."""
        is_whole = not self._is_begun
        if is_whole:
            self._is_begun, self._tiles, self._counts, self._images = True, {}, {}, {}
        tiles = {entry.member.id: tile_of(entry) for entry in board.entries}
        changed = _changed(tiles, self._tiles)
        gone = [member for member in self._tiles if member not in tiles]
        counts = counts_of(tiles) if board.is_read else {}
        images = self._new_images(board, everything=is_whole)
        if not (is_whole or changed or gone or images or counts != self._counts):
            self.idle += 1
            return pack({"id": self._id, "n": self._number, "idle": 1})
        self.idle = 0
        self._number += 1
        header: dict[str, Any] = {"id": self._id, "n": self._number, "tiles": changed, "counts": counts}
        if gone:
            header["gone"] = gone
        self._tiles, self._counts = tiles, counts
        return self._packed(header, images, is_whole=is_whole)

    def whole(self, board: Board) -> bytes:
        """Return in one message what all up to now said; board: that of the last one."""
        header = {"id": self._id, "n": self._number, "tiles": self._tiles, "counts": self._counts}
        images = {
            entry.member.id: board.images[entry.run.id]
            for entry in board.entries
            if entry.run and entry.run.id in board.images
        }
        return self._packed(header, images, is_whole=True)

    def _new_images(self, board: Board, *, everything: bool) -> dict[str, TileImages]:
        """Return the images, by member, that are to be sent: all, or those for which there is room."""
        now = time.monotonic()
        self._room = min(float(BYTES_PER_S), self._room + (now - self._room_at) * BYTES_PER_S)
        self._room_at = now
        found: dict[str, TileImages] = {}
        for entry in board.entries:
            images = board.images.get(entry.run.id) if entry.run else None
            if images is None or entry.run is None:
                self._images.pop(entry.member.id, None)
                continue
            sent = (entry.run.id, images.step)
            if self._images.get(entry.member.id) == sent:
                continue
            if not everything:
                if self._room < A_RUN_BYTES:
                    continue
                self._room -= A_RUN_BYTES
            self._images[entry.member.id] = sent
            found[entry.member.id] = images
        return found

    def _packed(self, header: dict[str, Any], images: Mapping[str, TileImages], *, is_whole: bool) -> bytes:
        payload = b""
        if images:
            header["images"] = [[member, len(one.codes)] for member, one in images.items()]
            payload = deflated(np.concatenate([one.codes.ravel() for one in images.values()]).tobytes())
        if is_whole:
            header |= {"whole": True, "key": self._key, "side": SIDE, "levels": LEVELS}
            header |= {"luts": [diverging_lut(theme).tobytes().hex() for theme in THEMES]}
            header |= {"tones": TONES | _OWN_TONES, "words": _words()}
        return pack(header, payload)


def tile_of(entry: BoardEntry) -> dict[str, Any]:
    """Return what a tile says, by its letters."""
    run = entry.run
    tile = {"n": entry.member.nickname, "k": status_of(entry), "e": int(entry.is_elsewhere)}
    if run is None:  # said, for who knows of a run that is on the board no more
        return tile | {"r": "", "t": "", "s": 0, "m": 0, "a": -1}
    accuracy = run.latest_accuracy
    return tile | {
        "r": run.id,
        "t": title(run),
        "s": run.step,
        "m": run.total_steps or 0,
        "a": -1 if accuracy is None else int(accuracy * 10_000),
    }


def status_of(entry: BoardEntry) -> str:
    """Return the status of a member's run, or that nobody has done anything for three minutes, or is not here."""
    run, seen_at = entry.run, entry.member.seen_at
    if run is not None and (run.is_live or run.status in ("diverged", "failed", "interrupted")):
        return run.status
    if seen_at is None:
        return AWAY
    if time.time() - seen_at > IDLE_S:
        return IDLE
    return run.status if run is not None else NONE


def counts_of(tiles: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return how many have joined, train, and are done with their newest run."""
    running = sum(tile["k"] == "running" for tile in tiles.values())
    done = sum(0 < tile.get("m", 0) <= tile.get("s", 0) for tile in tiles.values())
    return {"joined": len(tiles), "training": running, "done": done}


def _changed(
    tiles: Mapping[str, Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return, by member, the fields of tiles that are not as they are known."""
    found = {}
    for member, tile in tiles.items():
        before = known.get(member, {})
        news = {name: value for name, value in tile.items() if before.get(name) != value}
        if news:
            found[member] = news
    return found


def _words() -> dict[str, str]:
    statuses = {name: RUN_STATUSES[name] for name in TONES} | {
        name: OWN_STATUSES[name] for name in _OWN_TONES
    }
    return script_words(
        joined=_("Joined"),
        training=_("Training"),
        done=_("Done"),
        by_name=_("By name"),
        by_accuracy=_("By accuracy"),
        order=_("Order of the tiles"),
        hide=_("Hide names"),
        fill=_("Fill the screen"),
        back=_("Back to the page"),
        nobody=_("Nobody has joined yet."),
        member=_("Member {number}"),
        elsewhere=_("Elsewhere"),
        step=_("step {step} of {total}"),
        tile=_("{nickname}: {run}, {status}, {accuracy:percent}"),
        no_run=_("{nickname}: {status}"),
        **statuses,
    )
