"""Augmentation: each image a little moved, turned, stretched, bent, and written with another pen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Strength:
    """How far images are changed. Shifts in pixels, turns in degrees, the rest as shares; uniform in +-
    each.
    """

    shift_px: float = 1.0
    rotation_deg: float = 9.0
    scale: float = 0.1
    shear: float = 0.15
    bend_px: float = 0.8
    pen: float = 0.7


def augment(batch: Tensor, generator: torch.Generator, strength: Strength | None = None) -> Tensor:
    """Return `batch` (B, C, H, W), float, each image under its own random change; same shape, dtype and
    range.

    Affine map and a smooth bend in one bilinear sampling, then a thinner or thicker pen. Everything random
    comes from `generator` (on the batch's device), so the same state gives the same bits. What comes in from
    outside is as dark as the image's darkest value, whatever the scaling of its pixels.
    """
    how = strength or Strength()
    if batch.ndim != 4 or not batch.is_floating_point():
        raise ValueError(f"augment wants a float batch (B, C, H, W), got {batch.dtype} {tuple(batch.shape)}")
    if not len(batch):
        return batch
    dark = batch.amin(dim=(2, 3), keepdim=True)
    bent = nn.functional.grid_sample(batch - dark, _grid(batch, generator, how), align_corners=False) + dark
    return _with_another_pen(bent, generator, how.pen)


def _uniform(shape: tuple[int, ...], batch: Tensor, generator: torch.Generator) -> Tensor:
    """Return numbers in [-1, 1) of `shape`, on the batch's device and in its dtype."""
    return torch.rand(shape, generator=generator, device=batch.device, dtype=batch.dtype) * 2 - 1


def _grid(batch: Tensor, generator: torch.Generator, how: Strength) -> Tensor:
    """Return where each pixel of the result is read, (B, H, W, 2), x before y, in [-1, 1] across the
    image.
    """
    B, _, H, W = batch.shape
    r = _uniform((B, 6), batch, generator)
    angle = r[:, 0] * math.radians(how.rotation_deg)
    cos, sin = torch.cos(angle), torch.sin(angle)
    sx, sy, shear = 1 + how.scale * r[:, 1], 1 + how.scale * r[:, 2], how.shear * r[:, 3]
    theta = torch.stack(
        [
            torch.stack([cos * sx, (shear - sin) * sy, 2 * how.shift_px / W * r[:, 4]], dim=1),
            torch.stack([sin * sx, cos * sy, 2 * how.shift_px / H * r[:, 5]], dim=1),
        ],
        dim=1,
    )  # (B, 2, 3)
    grid = nn.functional.affine_grid(theta, [B, 1, H, W], align_corners=False)
    if how.bend_px:
        coarse = _uniform((B, 2, 4, 4), batch, generator) * (2 * how.bend_px / max(H, W))
        bend = nn.functional.interpolate(coarse, size=(H, W), mode="bilinear", align_corners=True)
        grid = grid + bend.permute(0, 2, 3, 1)
    return grid


def _with_another_pen(batch: Tensor, generator: torch.Generator, pen: float) -> Tensor:
    """Return `batch` part of the way to its dilation (r > 0) or erosion (r < 0) by a cross of 3 x 3
    pixels.
    """
    if not pen:
        return batch
    r = _uniform((len(batch), 1, 1, 1), batch, generator) * pen
    thick = _cross_maximum(batch)
    thin = -_cross_maximum(-batch)
    return batch + r.clamp(min=0) * (thick - batch) + r.clamp(max=0) * (batch - thin)


def _cross_maximum(batch: Tensor) -> Tensor:
    """Return the maximum of each pixel and its four neighbours; the border counts as its own neighbour."""
    framed = nn.functional.pad(batch, (1, 1, 1, 1), mode="replicate")
    across = torch.maximum(framed[:, :, 1:-1, :-2], framed[:, :, 1:-1, 2:])
    along = torch.maximum(framed[:, :, :-2, 1:-1], framed[:, :, 2:, 1:-1])
    return torch.maximum(batch, torch.maximum(across, along))
