"""Named starting points: the two articles as printed, what does reach their figures, and a few good ones."""

from dataclasses import dataclass
from typing import Final

from core.config.run_config import RunConfig


@dataclass(frozen=True)
class Preset:
    """A named RunConfig with the words that say what to expect of it."""

    name: str
    title: str
    note: str
    config: RunConfig


_ARTICLE_1 = "Article 1, “Logistic Regression on MNIST with PyTorch”"
_ARTICLE_2 = "Article 2, “Logistic Regression on Fashion: MNIST using PyTorch”"

PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset(
            "default",
            "MNIST, a good start",
            "Plain softmax regression that reads about 92% of unseen digits.",
            RunConfig(epochs=10),
        ),
        Preset(
            "mnist-article",
            "Article 1 as printed",
            f"{_ARTICLE_1}: learning rate 0.001, 5 epochs. It reports 89%; as printed it gives 82.5%.",
            RunConfig(learning_rate=0.001),
        ),
        Preset(
            "mnist-article-89",
            "Article 1, reaching its 89%",
            f"{_ARTICLE_1} with one change, learning rate 0.01 instead of 0.001: that does reach 89%.",
            RunConfig(learning_rate=0.01),
        ),
        Preset(
            "fashion-article",
            "Article 2 as printed",
            f"{_ARTICLE_2}: learning rate 0.001, 5 epochs, 10,000 images kept for validation.",
            RunConfig(
                dataset="fashion_mnist",
                validation_size=10_000,
                batch_size=128,
                learning_rate=0.001,
                eval_every=0,
            ),
        ),
        Preset(
            "fashion-article-84",
            "Article 2, reaching its 84%",
            f"{_ARTICLE_2} with learning rate 0.1, 10 epochs: that reaches its accuracy of 0.84.",
            RunConfig(
                dataset="fashion_mnist",
                validation_size=10_000,
                batch_size=128,
                learning_rate=0.1,
                epochs=10,
                eval_every=0,
            ),
        ),
        Preset(
            "drawings",
            "For reading drawings",
            "Straightened images, drawn digits in many styles mixed in: about 97% on MNIST, and surer of your hand. "
            "The ready model softmax-mnist was trained so.",
            RunConfig(
                deskew=True,
                mix_in="drawn_digits",
                learning_rate=0.5,
                schedule="cosine",
                epochs=12,
                eval_every=0,
            ),
        ),
        Preset(
            "diverges",
            "A learning rate that diverges",
            "Learning rate 100 with a small L2 penalty: every step overshoots by a fifth more than the last.",
            RunConfig(learning_rate=100.0, l2=0.022),
        ),
        Preset(
            "mlp",
            "MLP, one hidden layer",
            "784 pixels, 128 hidden units, ten classes: about 98%, and no longer ten readable images.",
            RunConfig(model="mlp", optimizer="adam", learning_rate=0.001, epochs=8, batch_size=128),
        ),
        Preset(
            "cnn",
            "Small CNN",
            "Two layers of small filters: close to 99% after three epochs, and slower by far.",
            RunConfig(model="cnn", optimizer="adam", learning_rate=0.001, epochs=3, batch_size=100),
        ),
    )
}
