"""Images whose every pixel can be read in the browser: grey or colour pictures, and signed maps, exactly.

`pages/static/pixels.js` paints what `panels_message` packs. Two bytes a number: off by at most 1/131,068 of a map's
range.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.figures.binary_message import pack
from core.figures.palette import THEMES, diverging_lut
from core.i18n.script_words import script_words
from core.i18n.translation import _

_LEVELS: Final = 65_535


@dataclass(frozen=True, eq=False)
class Panel:
    """One image: uint8 (C, H, W) is shown as it is, floats (C, H, W) on the diverging scale around zero.

    quantity: what a pixel's value is called ("weight"), default "pixel", "" = nothing. label, detail: the two lines
    beneath; colour: of the dot before the label; tone: "good", "bad" or "", underlines it; limit: of the scale,
    default the largest magnitude; name: what `image_choice` returns when the panel is chosen; per: what a uint8 pixel
    is divided by when it is read out, 0 = shown as a level of 255; spoken: what it is called for those who listen,
    default label and detail.
    """

    values: np.ndarray
    label: str = ""
    detail: str = ""
    quantity: str | None = None
    colour: str = ""
    tone: str = ""
    limit: float | None = None
    name: int = 0
    per: int = 0
    spoken: str = ""

    @property
    def is_signed(self) -> bool:
        """Whether it is a map around zero rather than a picture."""
        return self.values.dtype != np.uint8


def panels_message(panels: Sequence[Panel], **layout: Any) -> bytes:
    """Return the message that shows `panels`; `layout` (JSON types) is passed on to the script.

    Raises: ValueError for a panel that is not (1 or 3, H, W).
    """
    heads, parts = [], []
    for panel in panels:
        head, part = _packed(panel)
        heads.append(head)
        parts.append(part)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    payload = packer.compress(b"".join(parts)) + packer.flush()
    header: dict[str, Any] = {"panels": heads, **layout, "words": _words()}
    if any(panel.is_signed for panel in panels):
        header["luts"] = [diverging_lut(theme).tobytes().hex() for theme in THEMES]
    digest = hashlib.blake2b(repr(sorted(header.items())).encode() + payload, digest_size=8)
    return pack({**header, "digest": digest.hexdigest()}, payload)


def _words() -> dict[str, str]:
    return script_words(
        keys=_("Pixels. The arrow keys read them one by one."),
        image=_("image {number}"),
        at=_("Row {row}, column {column}: {values}"),
        at_label=_("{label}, row {row}, column {column}: {values}"),
        level=_("{value} of 255"),
    )


def _packed(panel: Panel) -> tuple[dict[str, Any], bytes]:
    """Return (header, bytes): uint8 as it is, floats as uint16 codes between their least and largest."""
    values = np.ascontiguousarray(panel.values)
    if values.ndim != 3 or values.shape[0] not in (1, 3):
        raise ValueError(f"a panel must be (1 or 3, H, W), got {values.shape}")  # not said: for programmers
    head: dict[str, Any] = {
        "shape": list(values.shape),
        "label": panel.label,
        "quantity": _("pixel") if panel.quantity is None else panel.quantity,
    }
    optional = {
        "detail": panel.detail,
        "colour": panel.colour,
        "tone": panel.tone,
        "name": panel.name,
        "per": panel.per,
        "spoken": panel.spoken,
    }
    head |= {key: value for key, value in optional.items() if value}
    if not panel.is_signed:
        return head, values.tobytes()
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    step = (high - low) / _LEVELS or 1.0
    limit = panel.limit if panel.limit is not None else float(np.abs(values).max())
    head |= {"low": low, "step": step, "limit": limit or 1.0}
    return head, np.rint((values - low) / step).astype("<u2").tobytes()
