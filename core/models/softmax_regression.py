"""A softmax regression as two arrays: its logits, its probabilities, and the same model for plain pixels.

Legend: N images, K classes, D = C x H x W values an image.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def softmax(logits: Array, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return probabilities, same shape as `logits` (..., K), float64, each row summing to 1.

    A temperature above 1 evens them out, one near 0 gives all to the largest logit.

    Raises: ValueError for a temperature that is not > 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    scaled = np.asarray(logits, np.float64) / temperature
    # the shift cancels out, and without it large logits would overflow
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def flat(images: NDArray) -> NDArray[np.floating]:
    """Return images (N, C, H, W) or (N, D) as floats (N, D); uint8 pixels become 0..1."""
    rows = images.reshape(len(images), math.prod(images.shape[1:]))
    return rows.astype(np.float32) / np.float32(255) if rows.dtype == np.uint8 else rows


def linear_logits(weight: Array, bias: Array, images: NDArray) -> Array:
    """Return the logits (N, K) of images (N, C, H, W) or (N, D) in the scaling that the weights expect.

    uint8 images count as pixels in [0, 1].

    Raises: ValueError if the images have another number of values than the weights.
    """
    rows = images.reshape(len(images), math.prod(images.shape[1:]))
    if rows.shape[1] != weight.shape[1]:
        sizes = f"{weight.shape[1]} values an image, these have {rows.shape[1]}"  # not said: for programmers
        raise ValueError(f"weights are for {sizes}")
    if rows.dtype == np.uint8:  # 1/255 rides on the K x D weights, not on the N x D pixels
        return rows.astype(np.float32) @ (np.asarray(weight, np.float32) / np.float32(255)).T + bias
    return rows @ weight.T + bias


def for_unit_pixels(
    weight: Array, bias: Array, mean: Sequence[float], std: Sequence[float], image_shape: tuple[int, int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (weight (K, D), bias (K,)), float64, of the same model for pixels in [0, 1].

    A model trained on standardised pixels (p - mean) / std gives evidence to blank paper too. Its logits are
    w . (p - mean) / std + b = (w / std) . p + (b - w . mean / std): the same numbers, with blank paper
    silent. mean, std: one number per channel.
    """
    C, H, W = image_shape
    channel_mean = np.repeat(np.asarray(mean, np.float64), H * W)
    channel_std = np.repeat(np.asarray(std, np.float64), H * W)
    if len(channel_mean) != weight.shape[1] or len(channel_std) != weight.shape[1]:
        wanted = f"mean and std must hold {C} numbers for images {image_shape}"  # not said: for programmers
        raise ValueError(f"{wanted}, got {len(mean)} and {len(std)}")
    folded = np.asarray(weight, np.float64) / channel_std
    return folded, np.asarray(bias, np.float64) - folded @ channel_mean
