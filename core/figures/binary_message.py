"""The bytes of one message to a live component: a JSON header and arrays of 16-bit codes.

Layout: uint32 header length, header (UTF-8 JSON, padded with spaces to an even end), then the payload.
`pages/static/wire.js` reads it. Two bytes a number: small, and off by at most 1/65,534 of the array's range.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

_LEVELS: Final = 65_534
_GAP: Final = 65_535  # code of a value that is not finite


def pack(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Return one message of `header` (JSON types) and `payload`."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (len(text) % 2)
    return struct.pack("<I", len(text)) + text + payload


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the (header, payload) that `pack` joined."""
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length]), message[4 + length :]


def encode_arrays(arrays: Sequence[np.ndarray]) -> tuple[list[list[float]], bytes]:
    """Return ([[count, low, high] of each array], their codes as uint16 bytes one after another).

    Whole numbers that span less than 65,534 are kept exactly; values that are not finite become gaps.
    Whole numbers one after another need no codes: [count, first].
    """
    scales: list[list[float]] = []
    parts: list[bytes] = []
    for values in arrays:
        if len(values) > 1 and float(values[0]).is_integer() and np.all(np.diff(values) == 1):
            scales.append([len(values), float(values[0])])
            continue
        low, high = _span(values)
        finite = np.isfinite(values)
        places = (np.where(finite, values, low) - low) / (high - low) * _LEVELS
        codes = np.where(finite, np.rint(np.clip(places, 0, _LEVELS)), _GAP).astype("<u2")
        scales.append([len(values), low, high])
        parts.append(codes.tobytes())
    return scales, b"".join(parts)


def decode_arrays(scales: Sequence[Sequence[float]], payload: bytes) -> list[np.ndarray]:
    """Return the float64 arrays that `encode_arrays` wrote, gaps as NaN."""
    codes = np.frombuffer(payload, "<u2").astype(np.float64)
    arrays, start = [], 0
    for count, low, *rest in scales:
        if not rest:
            arrays.append(low + np.arange(int(count), dtype=np.float64))
            continue
        high = rest[0]
        part = codes[start : start + int(count)]
        arrays.append(np.where(part == _GAP, np.nan, low + part / _LEVELS * (high - low)))
        start += int(count)
    return arrays


def _span(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)].astype(np.float64)
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if high - low <= _LEVELS and np.array_equal(finite, np.rint(finite)):
        return low, low + _LEVELS
    low, high = float(f"{low:.6g}"), float(f"{high:.6g}")  # shorter on the wire; the codes are clipped
    return low, high if high > low else low + 1.0
