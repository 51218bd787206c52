"""The pad: a canvas to draw on, with pen, eraser, undo, redo and clear. What was drawn stays for the whole session."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import numpy as np
import streamlit as st
from PIL import Image

from core.i18n.marked_sentences import markdown_
from core.i18n.translation import N_, Sentences, _
from core.images import ink_from_canvas
from core.prediction.counterfactual_strokes import BrushSpot
from pages.components.unseen import unseen

SIDE_PX: Final = 280
PEN_PX: Final = 20  # about 2.5 px once the drawing is 28 x 28, as MNIST was written
PAPER: Final = "#FFFFFF"
INK: Final = "#1B2A41"
KEEP: Final = 60  # states that can be undone
MOST_DENSE: Final = 4  # pixels of a screen for one of the page's
_MOST_DRAWINGS: Final = 10**9
TOOLS: Final = Sentences({"pen": N_("Pen"), "eraser": N_("Eraser")})
_COMPONENT: Final = "pad_canvas"
_STATE: Final = "pad_state"
_NOTHING: Final = np.zeros((SIDE_PX, SIDE_PX), np.float32)

_glue: Final = unseen("pad")


@dataclass(frozen=True, eq=False)
class _Page:
    """One state of the canvas: its objects as Fabric.js writes them, and its ink (H, W) in [0, 1]."""

    objects: tuple[dict[str, Any], ...] = ()
    ink: np.ndarray = field(default_factory=lambda: _NOTHING)

    def is_same(self, objects: list[dict[str, Any]]) -> bool:
        same_count = len(self.objects) == len(objects)
        return same_count and all(map(_is_same_stroke, self.objects, objects))


@dataclass
class _Pad:
    """The canvas of one visitor: its states, which of them is shown, and what of it the browser was given.

    Each drawing that the browser is to show has a number, which comes back with what is drawn on it: strokes on one
    that has been replaced since are no news. Those not heard of by then, the browser draws again (pad_strokes.js).
    """

    pages: list[_Page] = field(default_factory=lambda: [_Page()])
    place: int = 0
    number: int = 0
    base: dict[str, Any] = field(default_factory=lambda: {"objects": [_number_plate(0)]})
    heard: tuple[int, int] = (0, 0)  # on which drawing the browser drew last, and how many strokes
    over: tuple[int, int] = (0, 0)  # the same when the drawing of this number was made
    presses: int = 0  # answered, of buttons that mean what is on the canvas

    @property
    def page(self) -> _Page:
        return self.pages[self.place]

    def show(self, place: int) -> None:
        """Go to another state and have the browser show it."""
        self.place = min(max(place, 0), len(self.pages) - 1)
        self.reload()

    def reload(self) -> None:
        """Have the browser load the state that is shown, under a new number."""
        self.number += 1
        self.base = {"objects": [_number_plate(self.number), *self.page.objects]}
        self.over = self.heard

    def add(self, page: _Page) -> None:
        """Take in a new state; what had been undone is gone."""
        self.pages = [*self.pages[: self.place + 1], page][-KEEP:]
        self.place = len(self.pages) - 1

    def take_in_drawing(self, drawing: Any, pixels: np.ndarray | None) -> None:
        """Take in what the browser says, objects and RGBA pixels (H, W, 4), if it is news.

        What no pad says is passed over: anybody can send it.
        """
        number, objects = _strokes_in(drawing)
        if number < self.number or pixels is None:
            return
        self.heard = number, len(objects) - len(self.base["objects"]) + 1
        if not self.page.is_same(objects):
            self.add(_Page(tuple(objects), ink_from_canvas(pixels)))
        if number > self.number:  # the server has been started anew: this is all that is left of the drawing
            self.number, self.heard = number, (number, len(objects))
            self.reload()


def _strokes_in(drawing: Any) -> tuple[int, list[dict[str, Any]]]:
    """Return the number and the objects of a drawing as Fabric.js writes it, (-1, []) for anything else."""
    objects = drawing.get("objects") if isinstance(drawing, dict) else None
    if not objects or not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        return -1, []
    plate, *strokes = objects
    number = plate.get("left")
    if not isinstance(number, int | float) or not 0 <= number <= _MOST_DRAWINGS:
        return -1, []
    return round(number), strokes


def _number_plate(number: int) -> dict[str, Any]:
    """Return an object that nobody sees; it says which drawing it belongs to, by its place."""
    shape = {"type": "Rect", "top": 0, "width": 0, "height": 0, "originX": "left", "originY": "top"}
    return shape | {"left": number, "visible": False}


def _is_same_stroke(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Compare what makes an object of the canvas what it is; what the browser adds of its own is left out."""
    names = ("path", "left", "top", "stroke", "strokeWidth", "angle")
    return all(one.get(name) == other.get(name) for name in names)


def _pad() -> _Pad:
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _Pad()
    pad: _Pad = st.session_state[_STATE]
    return pad


def _pad_as_seen() -> _Pad:
    """Return the pad with the browser's last words, which came with what is pressed: it means what is on the canvas."""
    pad = _pad()
    pad.presses += 1
    pad.take_in_drawing(*_said())
    return pad


def _said() -> tuple[Any, np.ndarray | None]:
    """Return what the browser has said last: its drawing as Fabric.js writes it, and the pixels of that."""
    state = st.session_state.get(_COMPONENT)
    said = state.get("drawing") if isinstance(state, Mapping) else None
    return (said.get("raw"), _pixels(said.get("data"))) if isinstance(said, Mapping) else (None, None)


def _pixels(address: Any) -> np.ndarray | None:
    """Return the RGBA pixels (H, W, 4) of a PNG in a data: address, as the canvas sends them; None for anything else.

    A screen may have several pixels for one of the page's.
    """
    try:
        image = Image.open(BytesIO(b64decode(address.partition(",")[2])), formats=("PNG",))
        if image.mode != "RGBA" or max(image.size) > MOST_DENSE * SIDE_PX:
            return None
        return np.asarray(image)
    except Exception:  # why: base64 and Pillow each raise many kinds for what is damaged
        return None


def drawn_ink() -> np.ndarray:
    """Return the ink (H, W) float32 in [0, 1] of what was on the canvas when the page was drawn."""
    return _pad().page.ink


def seen_ink() -> np.ndarray:
    """Return the ink (H, W) float32 in [0, 1] of what was on the canvas when something was pressed."""
    return _pad_as_seen().page.ink


def heard_strokes() -> tuple[int, int]:
    """Return what the browser has been heard of: the number of the drawing, and how many strokes on it."""
    return _pad().heard


def put_dabs(dabs: Sequence[BrushSpot], ink: np.ndarray) -> None:
    """Put dabs of pen and eraser on the drawing, as one more state that can be undone; ink: (H, W), with them."""
    pad = _pad()
    pad.presses += 1
    pad.add(_Page((*pad.page.objects, *map(_spot, dabs)), ink))
    pad.reload()


def _spot(dab: BrushSpot) -> dict[str, Any]:
    """Return the dab as Fabric.js writes it: a stroke with round ends and next to no length."""
    return {
        "type": "Path", "path": [["M", round(dab.x - 0.01, 2), dab.y], ["L", round(dab.x + 0.01, 2), dab.y]],
        "left": dab.x, "top": dab.y, "width": 0.02, "height": 0, "originX": "center", "originY": "center", "angle": 0,
        "fill": None, "stroke": INK if dab.adds else PAPER, "strokeWidth": dab.width_px, "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }  # fmt: skip


def undo() -> None:
    """Go back by one state."""
    pad = _pad_as_seen()
    pad.show(pad.place - 1)


def _redo() -> None:
    pad = _pad_as_seen()
    pad.show(pad.place + 1)


def clear() -> None:
    """Empty the canvas; undo brings it back."""
    pad = _pad_as_seen()
    if pad.page.objects:
        pad.add(_Page())
        pad.reload()


def canvas() -> np.ndarray:
    """Draw the canvas, its tools and what takes a drawing back; return the ink (H, W), float32 in [0, 1], on it.

    Call it inside a fragment: the page around it is then left alone while somebody draws.
    """
    pad = _pad()
    if _COMPONENT not in st.session_state:  # the canvas is made anew: first visit, or back from another page
        pad.reload()
    with st.container(key="pad_tools_top", horizontal=True, vertical_alignment="center"):
        tool = st.segmented_control(
            _("Tool"),
            [*TOOLS],
            format_func=TOOLS.__getitem__,
            default="pen",
            required=True,
            key="pad_tool",
            label_visibility="collapsed",
            persist_state="session",
        )
        pen_px = st.slider(
            _("Pen width (px)"),
            2,
            40,
            PEN_PX,
            key="pad_pen",
            persist_state="session",
            help=markdown_(
                "How wide pen and eraser are on the canvas, which is {side} pixels wide. The model hardly sees the "
                "difference: the preparation evens out thin and thick strokes. Default: {pen}.",
                side=SIDE_PX,
                pen=PEN_PX,
            ),
        )
    colour = PAPER if tool == "eraser" else INK
    row = st.container(key="pad_row", horizontal=True)
    with row, st.container(key="pad"):
        said = _surface(
            stroke_width=int(pen_px),
            stroke_color=colour,
            background_color=PAPER,
            height=SIDE_PX,
            width=SIDE_PX,
            max_display_height=SIDE_PX + pad.number,  # hides nothing: pad_strokes.js reads it
            initial_drawing=pad.base,
            return_image_data=True,
            key=_COMPONENT,
        )
    label = _("Canvas. Arrow keys move, space puts the pen down or lifts it.")
    of_strokes = {"load": pad.number, "over": pad.over, "presses": pad.presses}
    of_strokes |= {"width": int(pen_px), "ink": colour}
    _glue("pad_glue", {"key": "pad", "label": label, **of_strokes})
    pad.take_in_drawing(*said)
    with row:
        _drawing_buttons(pad)
    return pad.page.ink


def _surface(**settings: Any) -> tuple[Any, np.ndarray | None]:
    """Draw the canvas of streamlit-drawable-canvas; return what it says, as `_said` does."""
    from streamlit_drawable_canvas import st_canvas  # here: it can be imported only while an app runs

    st_canvas(**settings)
    return _said()


def _drawing_buttons(pad: _Pad) -> None:
    with st.container(key="pad_tools", horizontal=True):
        st.button(
            _("Undo"),
            shortcut="Ctrl+Z",
            disabled=pad.place == 0,
            on_click=undo,
        )
        st.button(
            _("Redo"),
            shortcut="Ctrl+Y",
            disabled=pad.place == len(pad.pages) - 1,
            on_click=_redo,
        )
        st.button(
            _("Clear"),
            shortcut="Delete",
            on_click=clear,
        )
