"""Deskewed training: the same images as core.images makes, kept beside the data, and no trace when it is off."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.images import deskew
from core.protocol.events import Evaluated, Logits
from core.training.data import training_data
from core.training.deskew_cache import deskew_cached
from core.training.loop import train


def mapped(path: Path, images: np.ndarray) -> np.ndarray:
    np.save(path, images)
    return np.load(path, mmap_mode="c")


def test_a_mapped_array_is_deskewed_once_and_then_mapped(mnist: ImageData, tmp_path: Path) -> None:
    images = mapped(tmp_path / "test_images.npy", mnist.test_images[:300])

    first = deskew_cached(images)
    (kept,) = tmp_path.glob("test_images.upright-*.npy")
    written = kept.stat().st_mtime_ns
    second = deskew_cached(images)

    np.testing.assert_array_equal(first, deskew(mnist.test_images[:300]))
    np.testing.assert_array_equal(first, second)
    assert kept.stat().st_mtime_ns == written
    assert Path(second.filename) == kept


def test_a_part_of_a_mapped_array_is_not_taken_for_the_whole(mnist: ImageData, tmp_path: Path) -> None:
    images = mapped(tmp_path / "test_images.npy", mnist.test_images[:300])
    np.testing.assert_array_equal(deskew_cached(images[100:200]), deskew(mnist.test_images[100:200]))
    assert list(tmp_path.glob("*upright*")) == []


def test_colour_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="Switch off “Deskew”"):
        deskew_cached(np.zeros((2, 3, 32, 32), np.uint8))


def test_without_deskew_the_images_are_the_dataset_s_own_memory(mnist: ImageData) -> None:
    data = training_data(RunConfig(), mnist)
    assert data.images.data_ptr() == mnist.train_images.ctypes.data
    assert data.test_images.data_ptr() == mnist.test_images.ctypes.data


def test_deskew_is_applied_to_what_is_learned_and_to_what_is_tested(mnist: ImageData) -> None:
    small = replace(mnist, train_images=mnist.train_images[:4000], train_labels=mnist.train_labels[:4000])
    config = RunConfig(epochs=4, eval_every=0)
    plain, straight = (list(train(small, replace(config, deskew=on))) for on in (False, True))
    by_hand = replace(small, train_images=deskew(small.train_images), test_images=deskew(small.test_images))
    reference = list(train(by_hand, config))

    scores = [next(e.logits for e in events if isinstance(e, Logits)) for events in (straight, reference)]
    np.testing.assert_array_equal(*scores)
    final = [[e.accuracy for e in events if isinstance(e, Evaluated)][-1] for events in (plain, straight)]
    assert final[1] > final[0] + 0.03
