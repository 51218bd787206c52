"""Folders and files named after splits, in the spellings of public datasets."""

import pytest

from core.dataset_import.split_names import split_of


@pytest.mark.parametrize(
    ("split", "names"),
    [
        (
            "train",
            "train Train TRAINING train_set training-set trainSet mnist_train train2017 seg_train TrainImages",
        ),
        ("validation", "valid val Validation dev val2017 validation_set ValImages"),
        ("test", "test Testing TEST test-set t10k-images-idx3-ubyte fashion-mnist_test.csv x_test asl_test"),
        (None, "cat trainer latest contest train_test images extra 0 untested validated été 猫"),
    ],
)
def test_a_name_is_of_a_split_in_any_case_and_spelling(split: str | None, names: str) -> None:
    assert {name: split_of(name) for name in names.split()} == dict.fromkeys(names.split(), split)
