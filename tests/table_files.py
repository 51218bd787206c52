"""Files of pictures as numbers, as MNIST's authors, Kaggle, Keras and NumPy write them."""

import io
import struct
from typing import Any

import numpy as np
import pandas as pd


def idx(values: np.ndarray) -> bytes:
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return head + values.astype(np.uint8).tobytes()


def kaggle_csv(images: np.ndarray, labels: np.ndarray | None, **how: Any) -> bytes:
    """Return a table as that of Kaggle's Digit Recognizer, which pandas writes."""
    table = pd.DataFrame(
        images.reshape(len(images), -1), columns=[f"pixel{n}" for n in range(images[0].size)]
    )
    if labels is not None:
        table.insert(0, "label", labels)
    return table.to_csv(index=False, **how).encode()


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(values: np.ndarray, **how: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, **how)
    return buffer.getvalue()


def with_label_last(images: np.ndarray, labels: np.ndarray, separator: str = ",") -> bytes:
    rows = [[*map(str, image.ravel()), str(label)] for image, label in zip(images, labels, strict=True)]
    return "\n".join(separator.join(row) for row in rows).encode()
