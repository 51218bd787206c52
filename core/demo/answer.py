"""What a demo's model makes of a drawing, why, and what changes while the drawing is moved into a corner."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.i18n.translation import _
from core.insight.captions.reason import reason
from core.insight.evidence import arithmetic
from core.models.softmax_regression import softmax
from core.prediction.answer_sentences import bars_sentence, headline
from core.prediction.predict import ModelInput, Prediction, predict
from core.prediction.predictor import Predictor
from core.pretrained.digit_detector import digit_detector

LEAST_SHIFT_PX: Final = 4  # what fills the whole image is moved at least so far, and partly out of it
LEVELS: Final = 127
_CORNERS: Final = ((-1, -1), (-1, 1), (1, -1), (1, 1))  # down, right


@dataclass(frozen=True, eq=False)
class Place:
    """The drawing at one place on its way. K classes.

    pixels: (H, W) in [0, 1]; evidence: (H, W), what each pixel adds to the score of the answer beyond what it adds to
    the scores of all classes on average; probabilities: (K,).
    """

    pixels: NDArray[np.float64]
    evidence: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def answer_to(predictor: Predictor, subject: ModelInput) -> dict[str, Any]:
    """Return the answer of a softmax regression on grey images, for pages/static/demo.js."""
    spec = predictor.spec
    answer = predict(predictor, subject, detector=digit_detector() if spec.takes_ink else None)
    large, small = headline(answer, spec, "drawing" if spec.takes_ink else "picture")
    shares = answer.probabilities if answer.is_asked else 0 * answer.probabilities
    told = {
        "kind": answer.kind,
        "large": large,
        "small": small,
        "shares": shares.tolist(),
        "best": answer.best if answer.is_asked else -1,
        "alt": bars_sentence(answer, spec),
    }
    if not answer.is_asked:
        return told
    path = way_to_corner(predictor, answer)
    limit = max(float(np.abs(place.evidence).max()) for place in path) or 1.0
    return told | {
        "reason": _reason(predictor, answer),
        "moved": moved_sentence(path, answer.best, spec.class_names),
        "path": [_packed(place, limit) for place in path],
    }


def way_to_corner(predictor: Predictor, answer: Prediction) -> list[Place]:
    """Return the drawing at each step on its way into the corner where its answer is least likely, as it is first."""
    pixels = answer.pixels[0]
    ways = [_moved_along(pixels, down, right) for down, right in _CORNERS]
    ends = predictor.probabilities(np.stack([way[-1] for way in ways])[:, None])
    chosen = np.stack(ways[int(ends[:, answer.best].argmin())])
    weight, bias = predictor.unit_weights
    weight = weight - weight.mean(axis=0)  # what speaks for all classes speaks for none
    rows = chosen.reshape(len(chosen), -1).astype(np.float64)
    shares = softmax(rows @ weight.T + (bias - bias.mean()))
    evidence = (rows * weight[answer.best]).reshape(chosen.shape)
    return [Place(*place) for place in zip(chosen.astype(np.float64), evidence, shares, strict=True)]


def moved_sentence(path: list[Place], answer: int, names: tuple[str, ...]) -> str:
    """Return what the corner changes, and why it does."""
    last = path[-1].probabilities
    now = int(last.argmax())
    values = {
        "answer": names[answer],
        "now": names[now],
        "before": float(path[0].probabilities[answer]),
        "share": float(last[now]),
    }
    if now == answer:
        return _(
            "In the corner it still reads {answer}, {share:percent.0} sure; in the middle it was {before:percent.0}. "
            "Each weight belongs to one pixel, and the ink now lies on others.",
            **values,
        )
    return _(
        "In the corner it reads the same drawing as {now}, {share:percent.0} sure. Each weight belongs to one pixel, "
        "and the ink now lies on others.",
        **values,
    )


def _reason(predictor: Predictor, answer: Prediction) -> str:
    weight, bias = predictor.unit_weights
    products = arithmetic(weight, bias, answer.pixels).products
    evidence = (products[answer.best] - products[answer.second]).reshape(answer.pixels.shape[1:])
    return reason(evidence, answer.best, answer.second, predictor.spec.class_names)


def _moved_along(pixels: NDArray[np.float32], down: int, right: int) -> list[NDArray[np.float32]]:
    """Return the image at each step, one pixel at a time, until its ink touches the two edges."""
    rows, columns = (np.flatnonzero(pixels.max(axis=axis) > 0) for axis in (1, 0))
    height, width = pixels.shape
    far_down = int(height - 1 - rows[-1] if down > 0 else rows[0])
    far_right = int(width - 1 - columns[-1] if right > 0 else columns[0])
    far_down, far_right = max(far_down, LEAST_SHIFT_PX), max(far_right, LEAST_SHIFT_PX)
    steps = max(far_down, far_right)
    return [
        ndimage.shift(
            pixels, (down * round(far_down * step / steps), right * round(far_right * step / steps)), order=0
        )
        for step in range(steps + 1)
    ]


def _packed(place: Place, limit: float) -> dict[str, Any]:
    """Return a place as a script takes it: pixels as bytes 0..255, evidence as int8 in [-127, 127]."""
    pixels = np.rint(255 * np.clip(place.pixels, 0, 1)).astype(np.uint8)
    evidence = np.rint(LEVELS * place.evidence / limit).astype(np.int8)
    return {
        "pixels": b64encode(pixels.tobytes()).decode(),
        "evidence": b64encode(evidence.tobytes()).decode(),
        "shares": place.probabilities.tolist(),
        "best": int(place.probabilities.argmax()),
    }
