"""What a show's model says of a picture, against torch's own numbers, and what the corner does to it."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
import torch

from core.config.run_config import RunConfig
from core.datasets import ImageData, dataset_spec
from core.demo.answer import LEVELS, Place, answer_to, moved_sentence, way_to_corner
from core.prediction.predict import DatasetImage, Drawing, predict
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights

BLANK = np.zeros((140, 140), np.float32)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    config = shipped_config("softmax-mnist")
    return build_predictor(config, dataset_spec("mnist"), shipped_weights("softmax-mnist"))


def one() -> np.ndarray:
    """Return a drawn 1, off the middle."""
    ink = BLANK.copy()
    ink[30:120, 40:52] = 1
    return ink


def decoded(place: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.frombuffer(b64decode(place["pixels"]), np.uint8).reshape(28, 28)
    return pixels, np.frombuffer(b64decode(place["evidence"]), np.int8).reshape(28, 28)


def test_a_drawing_is_read_with_its_reason_and_its_way(predictor: Predictor) -> None:
    told = answer_to(predictor, Drawing(one()))
    assert (told["large"], told["best"]) == ("It is a 1", 1)
    assert told["reason"].startswith("It reads 1 rather than ")
    assert told["moved"].startswith("In the corner it reads the same drawing as ")
    assert sum(told["shares"]) == pytest.approx(1)
    first, last = told["path"][0], told["path"][-1]
    assert first["shares"] == pytest.approx(told["shares"], abs=1e-6)
    pixels, evidence = decoded(first)
    assert pixels.max() > 200
    assert np.abs(evidence).max() <= LEVELS
    assert evidence[pixels == 0].any() == np.False_  # blank paper speaks for nothing
    assert evidence.sum() > 0
    assert last["best"] != 1
    assert last["shares"][1] < 0.5


@pytest.mark.parametrize("label", range(10))
def test_each_place_has_the_shares_that_torch_gives_the_moved_picture(
    predictor: Predictor, mnist: ImageData, label: int
) -> None:
    picture = mnist.test_images[int(np.flatnonzero(mnist.test_labels == label)[0])]
    way = way_to_corner(predictor, predict(predictor, DatasetImage(np.asarray(picture))))
    weight, bias = (torch.from_numpy(predictor.arrays[f"linear.{name}"]) for name in ("weight", "bias"))
    for place in way:
        logits = torch.nn.functional.linear(
            torch.from_numpy(place.pixels.astype(np.float32)).reshape(1, -1), weight, bias
        )
        assert place.probabilities == pytest.approx(torch.softmax(logits, 1)[0].numpy(), abs=1e-4)
        assert place.pixels.sum() > 0.9 * way[0].pixels.sum()  # what is faint at the edge may be gone
    moved = [np.argwhere(place.pixels > 0) for place in way]
    corner = moved[-1].min(axis=0), moved[-1].max(axis=0)
    assert 0 in corner[0] or 27 in corner[1]
    assert way[0].probabilities[label] > way[-1].probabilities[label]


def test_by_hand_one_pixel_moves_to_the_corner_that_misleads_most() -> None:
    """Class 0 likes the middle, class 1 the lower right corner."""
    weight = np.zeros((2, 28, 28), np.float32)
    weight[0, 14, 14], weight[1, 27, 27] = 2.0, 3.0
    arrays = {"linear.weight": weight.reshape(2, -1), "linear.bias": np.zeros(2, np.float32)}
    spec = dataset_spec("mnist")
    spec = type(spec)(**{**spec.__dict__, "class_names": ("0", "1")})
    predictor = build_predictor(RunConfig(), spec, arrays)
    pixels = np.zeros((1, 28, 28), np.uint8)
    pixels[0, 14, 14] = 255
    way = way_to_corner(predictor, predict(predictor, DatasetImage(pixels)))
    assert len(way) == 14  # 13 pixels to the right and downwards
    first, last = way[0], way[-1]
    assert first.probabilities == pytest.approx([np.e**2 / (np.e**2 + 1), 1 / (np.e**2 + 1)])
    assert last.probabilities == pytest.approx([1 / (1 + np.e**3), np.e**3 / (1 + np.e**3)])
    assert first.evidence[14, 14] == pytest.approx(1.0)  # 2, less the mean of 2 and 0
    assert last.evidence[27, 27] == pytest.approx(-1.5)  # 0, less the mean of 0 and 3


@pytest.mark.parametrize(("ink", "kind"), [(BLANK, "empty"), (np.eye(140, 140, 139, np.float32), "tiny")])
def test_nothing_to_read_is_said_and_has_no_way(predictor: Predictor, ink: np.ndarray, kind: str) -> None:
    told = answer_to(predictor, Drawing(ink))
    assert told["kind"] == kind
    assert told["best"] == -1
    assert not any(told["shares"])
    assert "path" not in told


def test_a_corner_that_changes_nothing_is_said_so() -> None:
    place = Place(BLANK, BLANK, np.array([0.9, 0.1]))
    moved = Place(BLANK, BLANK, np.array([0.7, 0.3]))
    said = moved_sentence([place, moved], 0, ("0", "1"))
    assert said.startswith("In the corner it still reads 0, 70% sure; in the middle it was 90%.")
