"""Images as points: 50 coordinates that say most about them, and a map in two dimensions.

Legend: N images, D = C x H x W values an image, n coordinates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.models.softmax_regression import flat

Float32 = NDArray[np.float32]
MAPS = ("pca", "tsne")
BLOCK = 8192  # images turned into floats at a time: 25 MB of 28 x 28
ONE_THREAD = 1  # on two busy cores t-SNE takes 11 s with two threads that wait for each other, 0.4 s with one


@dataclass(frozen=True, eq=False)
class Space:
    """The directions in which images vary most (principal components), for pixels in [0, 1].

    mean: (D,); directions: (n, D), each of length 1; explained: (n,), share of the variance along each, 0..1.
    """

    mean: Float32
    directions: Float32
    explained: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """For each of N points its k nearest others, the nearest first: indices int64 and distances (N, k)."""

    indices: NDArray[np.int64]
    distances: Float32


def fit_space(images: NDArray, n: int = 50, sample: int = 10_000, seed: int = 0) -> Space:
    """Return the principal components of images (N, C, H, W) or (N, D), from at most `sample` of them.

    By scikit-learn's PCA; the same seed gives the same sample and the same signs. Of fewer than two images, or of
    images that are all alike, there are no directions.
    """
    from sklearn.decomposition import PCA  # here: scikit-learn takes a second to import

    rows = flat(images[sample_of(len(images), sample, seed)])
    n = min(n, *rows.shape)
    if len(rows) < 2 or (rows == rows[0]).all():
        mean = rows[0] if len(rows) else np.zeros(rows.shape[1], np.float32)
        return Space(mean, np.zeros((0, rows.shape[1]), np.float32), np.zeros(0))
    with threadpool_limits(ONE_THREAD):
        model = PCA(n, svd_solver="covariance_eigh" if len(rows) >= rows.shape[1] else "full").fit(rows)
    return Space(
        model.mean_.astype(np.float32),
        model.components_.astype(np.float32),
        model.explained_variance_ratio_.astype(np.float64),
    )


def sample_of(total: int, size: int, seed: int) -> NDArray[np.int64]:
    """Return `size` different indices below `total`, in rising order; all of them if there are no more."""
    if total <= size:
        return np.arange(total)
    return np.sort(np.random.default_rng(seed).choice(total, size, replace=False))


def coordinates(space: Space, images: NDArray) -> Float32:
    """Return the coordinates (N, n) of images (N, C, H, W) or (N, D) in `space`."""
    offset = space.mean @ space.directions.T
    blocks = [
        flat(images[start : start + BLOCK]) @ space.directions.T - offset
        for start in range(0, len(images), BLOCK)
    ]
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros((0, len(offset)), np.float32)


def neighbourhood(points: Float32, k: int = 10) -> Neighbourhood:
    """Return the k nearest other points of each point (N, n), Euclidean, exact, by scikit-learn.

    Grows with N squared: 0.5 s for 10,000 points, 15 s for 60,000; compute it once and keep it. In a space without
    directions nothing is near anything.
    """
    from sklearn.neighbors import NearestNeighbors  # here: scikit-learn takes a second to import

    k = min(k, len(points) - 1)
    if k < 1 or not points.shape[1]:
        return Neighbourhood(np.zeros((len(points), 0), np.int64), np.zeros((len(points), 0), np.float32))
    # asked without the points themselves, scikit-learn leaves each point out of its own neighbours
    with threadpool_limits(ONE_THREAD):
        distances, indices = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors()
    return Neighbourhood(indices.astype(np.int64), distances.astype(np.float32))


def flat_map(points: Float32, method: str = "pca", seed: int = 0) -> Float32:
    """Return a map (N, 2) of points (N, n) that puts like beside like; the same seed gives the same map.

    "pca": the first two coordinates, at once. "tsne" (van der Maaten, Hinton: Visualizing data using t-SNE,
    JMLR 9, 2008), by scikit-learn: neighbours stay neighbours; some 9 s for 2,000 points, so compute it once,
    outside the web process, and keep it. (UMAP is as good but compiles itself for 13 s in every process.)

    Raises: ValueError for another method.
    """
    if method not in MAPS:
        raise ValueError(
            f"method must be one of {', '.join(MAPS)}, got {method!r}"
        )  # not said: for programmers
    if method == "pca" or len(points) < 4 or points.shape[1] < 2:
        padded = np.pad(points[:, :2], ((0, 0), (0, max(0, 2 - points.shape[1]))))
        return padded.astype(np.float32)
    from sklearn.manifold import TSNE  # here: scikit-learn takes a second to import

    perplexity = min(30.0, (len(points) - 1) / 3)
    with threadpool_limits(ONE_THREAD):
        return TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(points)
