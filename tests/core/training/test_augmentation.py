"""Augmentation: reproducible from its generator, gentle, and of the same shape, type and range."""

import numpy as np
import pytest
import torch

from core.synthetic_digits import Handwriting, draw, paint, template
from core.training.augmentation import Strength, augment


def digits(count: int = 20) -> torch.Tensor:
    rng = np.random.default_rng(5)
    images = [paint(draw(template(i % 10), Handwriting(size_px=18), rng, 28), 2.5, 28) for i in range(count)]
    return torch.from_numpy(np.stack(images))[:, None]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_same_generator_state_gives_the_same_bits_and_another_seed_does_not() -> None:
    batch = digits()
    assert torch.equal(augment(batch, generator()), augment(batch, generator()))
    assert not torch.equal(augment(batch, generator()), augment(batch, generator(1)))


def test_the_global_generator_is_neither_used_nor_moved() -> None:
    before = torch.random.get_rng_state()
    augment(digits(), generator())
    assert torch.equal(torch.random.get_rng_state(), before)


def test_shape_type_range_and_input_are_kept() -> None:
    batch = digits()
    before = batch.clone()
    changed = augment(batch, generator())
    assert (changed.shape, changed.dtype) == (batch.shape, batch.dtype)
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert torch.equal(batch, before)


def test_no_strength_changes_nothing() -> None:
    batch = digits()
    assert torch.allclose(augment(batch, generator(), Strength(0, 0, 0, 0, 0, 0)), batch, atol=1e-5)


def test_each_image_is_changed_in_its_own_way_and_stays_recognisable() -> None:
    same = digits(1).expand(50, 1, 28, 28).contiguous()
    changed = augment(same, generator())
    assert len({image.numpy().tobytes() for image in changed}) == 50
    likeness = np.corrcoef(np.vstack([same[:1].reshape(1, -1), changed.reshape(50, -1)]))[0, 1:]
    assert likeness.min() > 0.3
    assert likeness.mean() > 0.6


def test_the_pen_alone_makes_strokes_thicker_for_some_and_thinner_for_others() -> None:
    same = digits(1).expand(40, 1, 28, 28).contiguous()
    change = augment(same, generator(), Strength(0, 0, 0, 0, 0, 0.7)).sum((1, 2, 3)) / same.sum((1, 2, 3))
    assert change.min() < 0.8
    assert change.max() > 1.2


def test_standardised_pixels_get_their_own_dark_at_the_border() -> None:
    standardised = digits() * 3.2 - 0.42
    plain = augment(digits(), generator(), Strength(6, 0, 0, 0, 0, 0))
    shifted = augment(standardised, generator(), Strength(6, 0, 0, 0, 0, 0))
    assert torch.allclose(shifted, plain * 3.2 - 0.42, atol=1e-4)


def test_colour_images_move_as_one() -> None:
    grey = digits(6)
    colour = augment(grey.repeat(1, 3, 1, 1), generator())
    assert torch.equal(colour[:, 0], colour[:, 2])


def test_an_empty_batch_is_returned_and_bytes_are_refused() -> None:
    assert augment(torch.zeros(0, 1, 28, 28), generator()).shape == (0, 1, 28, 28)
    with pytest.raises(ValueError, match="uint8"):
        augment(torch.zeros(2, 1, 28, 28, dtype=torch.uint8), generator())
