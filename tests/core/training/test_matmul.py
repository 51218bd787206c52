"""The products of linear models against float64 sums, whichever kernels the processor has."""

import numpy as np
import pytest

from core.training import matmul

SIZES = [(1, 10, 784, 100), (16, 10, 784, 100), (3, 26, 784, 7), (2, 10, 3072, 64), (2, 4, 9, 1)]


@pytest.mark.parametrize("small_kernel", [True, False])
@pytest.mark.parametrize(("M", "K", "D", "B"), SIZES)
def test_the_products_of_all_models_are_each_models_own(
    M: int, K: int, D: int, B: int, small_kernel: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matmul, "HAS_SMALL_KERNEL", small_kernel)
    rng = np.random.default_rng(0)
    weights, errors, inputs = (
        rng.standard_normal(shape).astype(np.float32) for shape in ((M, K, D), (M, K, B), (B, D))
    )
    scores, gradients = np.full((M, K, B), np.nan, np.float32), np.full((M, K, D), np.nan, np.float32)
    matmul.scores_of_all_into(scores, weights, inputs)
    matmul.gradients_of_all_into(gradients, errors, inputs)
    exact = inputs.astype(np.float64)
    for m in range(M):
        np.testing.assert_allclose(scores[m], weights[m] @ exact.T, atol=1e-3)
        np.testing.assert_allclose(gradients[m], errors[m] @ exact, atol=1e-3)


@pytest.mark.parametrize("B", [1, 100, 128, 1000])
def test_a_product_done_in_pieces_is_the_whole_product(B: int) -> None:
    rng = np.random.default_rng(1)
    weight, inputs = rng.standard_normal((10, 784)).astype(np.float32), rng.random((B, 784), np.float32)
    scores, gradient = np.empty((10, B), np.float32), np.empty((10, 784), np.float32)
    matmul.scores_into(scores, weight, inputs)
    matmul.gradient_into(gradient, scores, inputs)
    exact = weight.astype(np.float64) @ inputs.T
    np.testing.assert_allclose(scores, exact, atol=1e-3)
    np.testing.assert_allclose(gradient, exact @ inputs, rtol=1e-4, atol=1e-2)
