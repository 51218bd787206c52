import numpy as np
import pytest

from core.insight.image_selection import page, select

LABELS = np.array([0, 1, 1, 0, 1])
ANSWERS = np.array([0, 1, 0, 1, 1])


@pytest.mark.parametrize(
    ("label", "right", "expected"),
    [
        (None, None, [0, 1, 2, 3, 4]),
        (1, None, [1, 2, 4]),
        (1, True, [1, 4]),
        (None, False, [2, 3]),
        (7, None, []),
    ],
)
def test_images_are_chosen_by_class_and_answer(label, right, expected):
    assert select(LABELS, label, ANSWERS, right).tolist() == expected


def test_choosing_by_answer_needs_the_answers():
    with pytest.raises(ValueError, match="give the answers"):
        select(LABELS, right=True)


def test_every_image_is_on_exactly_one_page():
    indices = np.arange(0, 230, 10)
    pages = [page(indices, number, 10) for number in (1, 2, 3)]
    assert np.concatenate([p.indices for p in pages]).tolist() == indices.tolist()
    assert [(p.number, p.pages, p.total, p.first) for p in pages] == [
        (1, 3, 23, 1),
        (2, 3, 23, 11),
        (3, 3, 23, 21),
    ]


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (99, 3)])
def test_a_page_beyond_the_ends_gives_the_nearest(asked, given):
    assert page(np.arange(25), asked, 10).number == given


def test_an_empty_gallery_has_one_empty_page():
    empty = page(np.zeros(0, np.int64), 1, 10)
    assert (len(empty.indices), empty.number, empty.pages, empty.first) == (0, 1, 1, 0)


def test_a_page_of_no_images_is_refused():
    with pytest.raises(ValueError, match="size must be > 0, got 0"):
        page(np.arange(3), 1, 0)
