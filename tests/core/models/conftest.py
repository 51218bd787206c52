"""The softmax regression of the insights' tests, trained on real MNIST."""

from tests.core.insight.conftest import pixels, trained

__all__ = ["pixels", "trained"]
