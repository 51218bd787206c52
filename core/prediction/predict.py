"""What is asked of a model, brought into the form it was trained on, and what it answers."""

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.datasets.catalog import DatasetSpec
from core.datasets.image_data import ImageData
from core.i18n.translation import N_, _
from core.images import PreprocessedImage, PreprocessingOptions, deskew, prepare, prepare_garment
from core.insight.ood_detector import COARSE, Detector, Grain, fit_detector, strangeness
from core.models.softmax_regression import softmax
from core.picture_files.image_resize import fit_image
from core.prediction.predictor import Predictor

UNSURE_BELOW: Final = 0.6
"""Below this probability of the best class the answer is called unsure."""

DOUBTED_BELOW: Final = 0.97
"""An unusual drawing, to whose class two models give less than this on average, is not taken for sure."""

FIT_TO: Final = 12_000
"""Training images that the detector of strange drawings is fitted to: half a second, and no worse than all."""

Kind = Literal["sure", "unusual", "unsure", "unlike", "empty", "tiny"]


@dataclass(frozen=True, eq=False)
class Drawing:
    """Ink (H, W) in [0, 1], drawn on a canvas or cut from a sheet; ink = 1."""

    ink: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class DatasetImage:
    """An image of the dataset itself, uint8 (C, H, W): nothing has to be done to it but the run's deskewing."""

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture of a thing (a garment, an animal), which is not ink on paper."""

    image: Image.Image


ModelInput = Drawing | DatasetImage | Photo


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of one prepared image. K classes.

    kind: "sure", "unsure" (best class below UNSURE_BELOW), "unusual" (see `weighed`), "unlike" (nothing like the
    training set), or why nothing was asked: "empty", "tiny". pixels: (C, H, W) in [0, 1], as the model saw it.
    logits and probabilities: (K,). strangeness: the out-of-distribution score, 1 at the limit; None where there is
    none. grain: how finely that looked.
    """

    kind: Kind
    prepared: PreprocessedImage
    pixels: NDArray[np.float32]
    logits: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    strangeness: float | None = None
    grain: Grain = COARSE

    @property
    def best(self) -> int:
        """The class with the largest probability."""
        return int(self.probabilities.argmax())

    @property
    def second(self) -> int:
        """The class with the second largest probability."""
        return int(np.argsort(-self.probabilities, kind="stable")[1])

    @property
    def is_asked(self) -> bool:
        """Whether there was anything to ask about."""
        return self.kind not in ("empty", "tiny")


def prepared_for(
    subject: ModelInput, predictor: Predictor, options: PreprocessingOptions | None = None
) -> PreprocessedImage:
    """Return the subject as this model's dataset shows such things, every stage kept."""
    if isinstance(subject, DatasetImage):
        return _sample(subject, predictor)
    if isinstance(subject, Drawing):
        return prepare(subject.ink, predictor.preparation(options))
    garment = prepare_garment(subject.image)
    if not predictor.config.deskew or garment.empty:
        return garment
    upright = np.asarray(deskew(garment.image), np.float32)
    return replace(
        garment, image=upright, stages=(*garment.stages, (N_("deskew"), _("straightened"), upright))
    )


def _sample(subject: DatasetImage, predictor: Predictor) -> PreprocessedImage:
    plain = subject.pixels.astype(np.float32) / np.float32(255)
    stages = [(N_("test image"), _("as it is in the test set"), plain.mean(axis=0))]
    shown = predictor.inputs(subject.pixels[None])[0]  # (C, H, W)
    if predictor.config.deskew:
        stages.append((N_("deskew"), _("straightened"), shown.mean(axis=0)))
    return PreprocessedImage(shown[0] if len(shown) == 1 else shown, tuple(stages))


def predict(
    predictor: Predictor,
    subject: ModelInput,
    options: PreprocessingOptions | None = None,
    detector: Detector | None = None,
) -> Prediction:
    """Return the model's answer about the subject, prepared as `options` says (default: as well as we can).

    detector: what knows the training set's images (see `detector_for`; for digits, `core.pretrained.digit_detector`);
    without one nothing is "unlike".
    """
    if isinstance(subject, Photo) and not _takes_ink(predictor.spec):
        subject = DatasetImage(fit_image(subject.image, predictor.spec.image_shape))
    return predict_prepared(predictor, prepared_for(subject, predictor, options), detector)


def detector_for(predictor: Predictor, data: ImageData) -> Detector | None:
    """Return what tells strange drawings from the run's training images, None for a dataset too small for it."""
    images, labels = data.train_images[:FIT_TO], data.train_labels[:FIT_TO]
    try:
        return fit_detector(deskew(images) if predictor.config.deskew else images, labels)
    except ValueError:  # a class with a handful of images
        return None


def _takes_ink(spec: DatasetSpec) -> bool:
    """Return whether images of this dataset are grey and square, as what the preparation makes is."""
    channels, height, width = spec.image_shape
    return channels == 1 and height == width


def predict_prepared(
    predictor: Predictor, prepared: PreprocessedImage, detector: Detector | None = None
) -> Prediction:
    """Return the model's answer about an image that is prepared for it."""
    pixels = pixels_for(prepared, predictor.spec)
    logits = predictor.logits(pixels[None])[0].astype(np.float64)
    probabilities = softmax(logits)
    strange, grain = None, detector.grain if detector else COARSE
    if detector is not None and not prepared.empty:
        seen = deskew(pixels) if grain.is_upright and not predictor.config.deskew else pixels
        strange = float(strangeness(detector, seen[None], prepared.pen_px)[0])
    kind = _kind(prepared, probabilities, strange)
    return Prediction(kind, prepared, pixels, logits, probabilities, strange, grain)


def predict_as_well(
    predictor: Predictor, subject: ModelInput, first: Predictor, answer: Prediction
) -> Prediction:
    """Return what a second model says of what the first has answered, prepared anew only if it sees it otherwise."""
    sees_the_same = (
        predictor.config.deskew == first.config.deskew
        and predictor.spec.image_shape == first.spec.image_shape
    )
    return predict_prepared(predictor, answer.prepared) if sees_the_same else predict(predictor, subject)


def predict_with_second(
    predictor: Predictor, subject: ModelInput, detector: Detector | None, second: Predictor | None
) -> tuple[Prediction, Prediction | None]:
    """Return the answer, weighed with that of a second model, and the second's; None where it is not asked."""
    answer = predict(predictor, subject, detector=detector)
    if second is None or not answer.is_asked:
        return answer, None
    other = predict_as_well(second, subject, predictor, answer)
    return judged(answer, other, predictor.spec), other


def judged(answer: Prediction, other: Prediction | None, spec: DatasetSpec) -> Prediction:
    """Return the answer as page and command line give it, weighed with a second model's where there is one.

    Asked of ink only: with garments, ready models doubt ten test images in a hundred.
    """
    if other is None or not answer.is_asked or not spec.takes_ink:
        return answer
    return weighed(answer, other)


def weighed(answer: Prediction, other: Prediction) -> Prediction:
    """Return the answer as "unusual" where a strange drawing gets a sure answer that both models together doubt."""
    both = answer.probabilities[answer.best] + other.probabilities[answer.best]
    doubted = both / 2 < DOUBTED_BELOW
    is_strange = answer.strangeness is not None and answer.strangeness > answer.grain.unusual_above
    return replace(answer, kind="unusual") if answer.kind == "sure" and is_strange and doubted else answer


def pixels_for(prepared: PreprocessedImage, spec: DatasetSpec) -> NDArray[np.float32]:
    """Return the prepared image as (C, H, W) in [0, 1] of the dataset's own shape."""
    image: NDArray[Any] = np.asarray(prepared.image, np.float32)
    if image.ndim == 3:
        return image
    _channels, height, width = spec.image_shape
    if image.shape != (height, width):
        scaled = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
        image = np.clip(np.asarray(scaled, np.float32), 0, 1)
    return image[None]


def _kind(prepared: PreprocessedImage, probabilities: NDArray[np.float64], strange: float | None) -> Kind:
    if prepared.reason:
        return "tiny" if prepared.reason == "tiny" else "empty"
    if strange is not None and strange > 1:
        return "unlike"
    return "sure" if probabilities.max() >= UNSURE_BELOW else "unsure"
