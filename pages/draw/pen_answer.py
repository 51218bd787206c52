"""What lets the bars follow the pen: the model's weights, for the browser to answer with while the pen is down."""

from typing import Final

from core.figures.binary_message import pack
from core.i18n.script_words import script_words
from core.prediction.layer_list import layer_list
from core.prediction.predictor import Predictor
from pages.components.unseen import unseen

MOST_BYTES: Final = 500_000  # of weights: the answer of a larger model comes when the pen is lifted

_pen: Final = unseen("pen_answer")


def give_weights(predictor: Predictor) -> None:
    """Give the browser the model's weights, nothing for a model that is too large or asked about no ink.

    Call it where a stroke has nothing drawn anew: they go to the browser with every drawing of what it stands in.
    """
    _pen("pen_answer", weights_message(predictor))


def weights_message(predictor: Predictor) -> bytes:
    """Return the model's layers, form of image and weights for pages/static/pen_answer.js; an empty head for none."""
    spec = predictor.spec
    size = sum(array.nbytes for array in predictor.arrays.values())
    if size > MOST_BYTES or not spec.takes_ink:
        return pack({})
    model, preparation = layer_list(predictor), predictor.preparation()
    image = {
        "width": spec.image_shape[2],
        "height": spec.image_shape[1],
        "deskew": preparation.deskew,
        "thinnest": preparation.thinnest_px,
        "thickest": preparation.thickest_px,
    }
    head = {"layers": model.layers, "mean": model.mean, "std": model.std, "image": image}
    return pack({**head, "words": script_words()}, model.weights.astype("<f4").tobytes())
