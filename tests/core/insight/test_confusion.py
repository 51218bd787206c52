import numpy as np
import torch

from core.insight.confusion import cell, confusion_matrix, most_confused, pair

MATRIX = np.array([[8, 2, 0], [3, 7, 0], [0, 4, 6]])


def test_the_matrix_counts_true_class_by_answer(trained):
    matrix = confusion_matrix(trained.logits, trained.labels)
    expected = np.zeros((10, 10), np.int64)
    np.add.at(expected, (trained.labels, trained.logits.argmax(1)), 1)
    np.testing.assert_array_equal(matrix, expected)


def test_of_no_images_nothing_is_confused():
    matrix = confusion_matrix(np.zeros((0, 3)), np.zeros(0, np.int64))
    assert (matrix.shape, matrix.any(), most_confused(matrix)) == ((3, 3), False, None)


def test_the_most_confused_pair_counts_both_directions():
    worst = most_confused(MATRIX)
    assert worst is not None
    assert (worst.a, worst.b, worst.a_as_b, worst.b_as_a, worst.count, worst.total) == (0, 1, 2, 3, 5, 20)


def test_fours_and_nines_of_mnist_are_1991_images(trained):
    assert pair(confusion_matrix(trained.logits, trained.labels), 4, 9).total == 1991


def test_a_perfect_model_confuses_nothing():
    assert most_confused(np.diag([5, 5, 5])) is None


def test_a_cell_opens_exactly_the_images_it_counts_the_surest_first(trained):
    matrix = confusion_matrix(trained.logits, trained.labels)
    probabilities = torch.softmax(torch.from_numpy(trained.logits).double(), 1).numpy()
    for true in range(10):
        for answer in range(10):
            inside = cell(trained.logits, trained.labels, true, answer)
            assert len(inside) == matrix[true, answer]
            assert (trained.labels[inside] == true).all()
            assert (trained.logits[inside].argmax(1) == answer).all()
            assert (np.diff(probabilities[inside, answer]) <= 1e-12).all()
