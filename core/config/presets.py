"""Named starting points: the two articles as printed, what does reach their figures, and a few good ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from core.config.run_config import RunConfig
from core.i18n.translation import N_, Sentence, _


@dataclass(frozen=True)
class ReportedAccuracy:
    """What an article reports for settings: accuracy, 0..1, on the run's evaluation split."""

    article: str
    accuracy: float


@dataclass(frozen=True, eq=False)
class Preset:
    """A named RunConfig with the words that say what to expect of it.

    in_short, in_words: sentences marked by N_ that may name `values`; `title` and `note` say them.
    """

    name: str
    in_short: str
    in_words: str
    config: RunConfig
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> Sentence:
        """What the preset is called."""
        return _(self.in_short, **self.values)

    @property
    def note(self) -> Sentence:
        """What it is and what to expect of it."""
        return _(self.in_words, **self.values)


_ON_MNIST: Final = "Logistic Regression on MNIST with PyTorch"  # not said: an article's title
_ON_FASHION: Final = "Logistic Regression on Fashion: MNIST using PyTorch"  # not said: an article's title

PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset(
            "default",
            N_("MNIST, a good start"),
            N_(
                "Softmax regression, the simplest model: one weight for each pixel and class. It reads about "
                "{share:percent.0} of digits it has never seen."
            ),
            RunConfig(epochs=10),
            {"share": 0.92},
        ),
        Preset(
            "mnist-article",
            N_("MNIST article, as printed"),
            N_(
                "The settings of the article “{article}”: learning rate {rate:plain}, {epochs} epochs. "
                "It reports {reported:percent.0}, but as printed it reaches {reached:percent}."
            ),
            RunConfig(learning_rate=0.001),
            {"article": _ON_MNIST, "rate": 0.001, "epochs": 5, "reported": 0.89, "reached": 0.825},
        ),
        Preset(
            "mnist-article-89",
            N_("MNIST article, {reported:percent.0}"),
            N_(
                "The article “{article}” with one change: learning rate {rate:plain} instead of "
                "{printed:plain}. This does reach the {reported:percent.0} that the article reports."
            ),
            RunConfig(learning_rate=0.01),
            {"article": _ON_MNIST, "rate": 0.01, "printed": 0.001, "reported": 0.89},
        ),
        Preset(
            "fashion-article",
            N_("Fashion article, as printed"),
            N_(
                "The settings of the article “{article}”: learning rate {rate:plain}, {epochs} epochs, "
                "{images} validation images. It reports {reported:percent.0}, but as printed it reaches about "
                "{reached:percent.0}."
            ),
            RunConfig(
                dataset="fashion_mnist",
                validation_size=10_000,
                batch_size=128,
                learning_rate=0.001,
                eval_every=0,
            ),
            {
                "article": _ON_FASHION,
                "rate": 0.001,
                "epochs": 5,
                "images": 10_000,
                "reported": 0.84,
                "reached": 0.69,
            },
        ),
        Preset(
            "fashion-article-84",
            N_("Fashion article, {reported:percent.0}"),
            N_(
                "The article “{article}” with learning rate {rate:plain} and {epochs} epochs. This does reach "
                "the {reported:percent.0} that the article reports."
            ),
            RunConfig(
                dataset="fashion_mnist",
                validation_size=10_000,
                batch_size=128,
                learning_rate=0.1,
                epochs=10,
                eval_every=0,
            ),
            {"article": _ON_FASHION, "rate": 0.1, "epochs": 10, "reported": 0.84},
        ),
        Preset(
            "drawings",
            N_("For reading drawings"),
            N_(
                "Deskewed (straightened) images, with digits drawn in many styles added. It reads about "
                "{share:percent.0} of MNIST's test images and is more reliable on your own handwriting. The "
                "ready-made model {model} was trained this way."
            ),
            RunConfig(
                deskew=True,
                mix_in="drawn_digits",
                learning_rate=0.5,
                schedule="cosine",
                epochs=12,
                eval_every=0,
            ),
            {"share": 0.97, "model": "softmax-mnist"},
        ),
        Preset(
            "diverges",
            N_("A learning rate that diverges"),
            N_(
                "Learning rate {rate:plain}, far too large, with a small L2 penalty: each step overshoots by a "
                "fifth more than the one before, until the loss is no longer a finite number."
            ),
            RunConfig(learning_rate=100.0, l2=0.022),
            {"rate": 100.0},
        ),
        Preset(
            "mlp",
            N_("MLP, one hidden layer"),
            N_(
                "{pixels} pixels, {hidden} hidden units, {classes} classes. It reads about {share:percent}, "
                "but its weights are no longer ten readable images."
            ),
            RunConfig(model="mlp", optimizer="adam", learning_rate=0.001, epochs=8, batch_size=128),
            {"pixels": 784, "hidden": 128, "classes": 10, "share": 0.978},
        ),
        Preset(
            "cnn",
            N_("Small CNN"),
            N_(
                "Two layers of small filters. It reads about {share:percent} after three epochs, but takes "
                "much longer to train."
            ),
            RunConfig(model="cnn", optimizer="adam", learning_rate=0.001, epochs=3, batch_size=100),
            {"share": 0.984},
        ),
    )
}

DEFAULT: Final = PRESETS["default"].config  # what a run has that nothing is chosen for


@lru_cache(maxsize=256)  # asked at every look at every run
def reported_accuracy(config: RunConfig) -> ReportedAccuracy | None:
    """Return what an article reports for these settings, whatever the seed; None where no article has them."""
    for preset in PRESETS.values():
        if "article" in preset.values and preset.config == replace(config, seed=preset.config.seed):
            return ReportedAccuracy(preset.values["article"], preset.values["reported"])
    return None
