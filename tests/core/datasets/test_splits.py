import numpy as np
import pytest
import torch

from core.datasets.splits import sizes_within, split_indices


def test_without_sizes_all_images_come_in_file_order() -> None:
    split = split_indices(1000, 0, 0, seed=7)
    assert split.train.tolist() == list(range(1000))
    assert split.validation.tolist() == []
    assert split.train.dtype == split.validation.dtype == np.int64


def test_validation_is_the_head_of_torchs_permutation_and_training_what_follows() -> None:
    order = torch.randperm(60_000, generator=torch.Generator().manual_seed(42))
    split = split_indices(60_000, 0, 10_000, seed=42)
    assert torch.equal(torch.from_numpy(split.validation), order[:10_000])
    assert torch.equal(torch.from_numpy(split.train), order[10_000:])


def test_a_subset_leaves_the_validation_images_as_they_were() -> None:
    full, small = split_indices(500, 0, 100, seed=3), split_indices(500, 50, 100, seed=3)
    assert np.array_equal(small.validation, full.validation)
    assert np.array_equal(small.train, full.train[:50])


def test_a_subset_alone_is_drawn_at_random_too() -> None:
    order = torch.randperm(500, generator=torch.Generator().manual_seed(3))
    split = split_indices(500, 50, 0, seed=3)
    assert torch.equal(torch.from_numpy(split.train), order[:50])
    assert split.validation.size == 0


def test_the_global_generator_is_neither_read_nor_moved() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = split_indices(100, 0, 10, seed=5)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert np.array_equal(split_indices(100, 0, 10, seed=5).train, first.train)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((100, 0, 100), "validation images must be from 0 to 99, not 100"),
        ((100, 0, -1), "validation images must be from 0 to 99, not −1"),
        ((100, 91, 10), r"training images must be from 0 to 90, not 91"),
        ((100, -5, 0), r"training images must be from 0 to 100, not −5"),
    ],
)
def test_an_impossible_size_is_told_with_its_range(sizes: tuple[int, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        split_indices(*sizes, seed=0)


def test_every_image_may_be_used_up() -> None:
    split = split_indices(100, 90, 10, seed=0)
    assert sorted([*split.train, *split.validation]) == list(range(100))


@pytest.mark.parametrize("sizes", [(0, 0, 0), (0, 30, 10)])
def test_of_no_images_the_split_is_empty(sizes: tuple[int, int, int]) -> None:
    split = split_indices(*sizes, seed=0)
    assert (split.train.shape, split.validation.shape) == ((0,), (0,))


@pytest.mark.parametrize("n_train", [0, 1, 2, 9, 10, 39, 40, 41, 100])
@pytest.mark.parametrize("asked", [(0, 0), (0, 10), (30, 10), (30, 0)])
def test_sizes_are_cut_down_to_a_split_that_can_be_made(n_train: int, asked: tuple[int, int]) -> None:
    sizes = sizes_within(n_train, 0, *asked)
    split = split_indices(n_train, *sizes, seed=0)
    assert len(split.train) == (
        min(asked[0], n_train - len(split.validation)) or n_train - len(split.validation)
    )
    assert len(split.validation) == min(asked[1], max(n_train - 1, 0))
    if sum(asked) < n_train:
        assert sizes == asked
