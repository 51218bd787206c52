"""Images for runs that are trained only to be compared with each other."""

from dataclasses import replace

import pytest

from core.datasets import ImageData


@pytest.fixture(scope="session")
def quick_mnist(mnist: ImageData) -> ImageData:
    """Return MNIST with the first 1,200 test images: being tested takes longer than the few steps of these runs."""
    return replace(mnist, test_images=mnist.test_images[:1200], test_labels=mnist.test_labels[:1200])
