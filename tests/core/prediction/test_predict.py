"""Asking a model: drawings anywhere on the canvas, dataset images, photos; and what is no question at all."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core import synthetic_digits
from core.datasets import CATALOG, ImageData, dataset_spec
from core.images import PreprocessingOptions, prepare
from core.prediction.digit_detection import boxed, detect_digits
from core.prediction.predict import (
    DatasetImage,
    Drawing,
    Photo,
    detector_for,
    predict,
    predict_as_well,
    predict_prepared,
    weighed,
)
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.digit_detector import digit_detector
from core.pretrained.registry import shipped_config, shipped_weights


def ready(name: str) -> Predictor:
    config = shipped_config(name)
    return build_predictor(config, dataset_spec(config.dataset), shipped_weights(name))


def drawn(digit: int, style: int, hand: synthetic_digits.Handwriting, pen_px: float = 20.0) -> np.ndarray:
    rng = np.random.default_rng(digit)
    return synthetic_digits.paint(
        synthetic_digits.draw(synthetic_digits.template(digit, style), hand, rng), pen_px
    )


@pytest.mark.parametrize("place", [(0.5, 0.5), (0.22, 0.22), (0.78, 0.76)])
@pytest.mark.parametrize("pen_px", [6.0, 20.0, 34.0])
def test_the_ready_cnn_reads_all_ten_digits_wherever_and_with_whatever_pen(
    place: tuple[float, float], pen_px: float
) -> None:
    predictor = ready("cnn-mnist")
    size_px = 190 if place == (0.5, 0.5) else 100
    hand = synthetic_digits.Handwriting(size_px=size_px, centre=place)
    pen_px = min(pen_px, size_px / 6)
    answers = [predict(predictor, Drawing(drawn(digit, 0, hand, pen_px))).best for digit in range(10)]
    assert sum(a == d for d, a in enumerate(answers)) >= 9, answers


def test_without_preparation_a_digit_in_the_corner_is_misread_more_often() -> None:
    predictor = ready("cnn-mnist")
    hand = synthetic_digits.Handwriting(size_px=90, centre=(0.2, 0.2))
    inks = [drawn(d, s, hand, 8) for d in range(10) for s in range(synthetic_digits.styles(d))]
    truth = [d for d in range(10) for _ in range(synthetic_digits.styles(d))]
    naive = PreprocessingOptions(crop=False, pen_width=False, centre=False)
    good = [predict(predictor, Drawing(ink)).best for ink in inks]
    bad = [predict_prepared(predictor, prepare(ink, naive)).best for ink in inks]
    right = [sum(a == d for a, d in zip(found, truth, strict=True)) for found in (good, bad)]
    assert right[0] > right[1] + 5


def test_an_empty_canvas_and_a_dot_are_not_answered() -> None:
    predictor = ready("cnn-mnist")
    assert predict(predictor, Drawing(np.zeros((280, 280), np.float32))).kind == "empty"
    dot = synthetic_digits.paint([np.array([[140.0, 140.0], [141.0, 140.0]])], 20)
    assert predict(predictor, Drawing(dot)).kind == "tiny"


def test_a_test_image_is_asked_as_the_run_was_tested(mnist: ImageData) -> None:
    predictor = ready("softmax-mnist")
    expected = predictor.probabilities(predictor.inputs(mnist.test_images[:30]))
    for i in range(30):
        answer = predict(predictor, DatasetImage(mnist.test_images[i]))
        np.testing.assert_allclose(answer.probabilities, expected[i], atol=1e-6)
        assert answer.best == expected[i].argmax()


def test_a_garment_s_photo_goes_through_its_own_preparation(fashion: ImageData) -> None:
    predictor = ready("cnn-fashion")
    right = 0
    for i in range(40):
        pixels = 255 - fashion.test_images[i, 0]  # on white, as Zalando's photos were
        photo = Image.fromarray(pixels).resize((280, 280), Image.Resampling.NEAREST)
        answer = predict(predictor, detect_digits(photo, predictor.spec).found[0].subject)
        right += answer.best == fashion.test_labels[i]
    assert right >= 24


def test_a_photo_for_a_model_of_colour_pictures_is_fitted_whole() -> None:
    entry = CATALOG["cifar10"]
    config = replace(shipped_config("softmax-fashion"), dataset="cifar10")
    weights = {
        "linear.weight": np.zeros((10, 3072), np.float32),
        "linear.bias": np.arange(10, dtype=np.float32),
    }
    answer = predict(build_predictor(config, entry, weights), Photo(Image.new("RGB", (64, 32), "red")))
    assert answer.pixels.shape == (3, 32, 32)
    assert answer.best == 9


def test_a_sheet_of_digits_is_found_and_answered_one_by_one(mnist: ImageData) -> None:
    predictor = ready("cnn-mnist")
    sheet = np.full((260, 620), 255, np.uint8)
    truth = []
    for place in range(6):
        row, column = divmod(place, 3)
        big = np.asarray(Image.fromarray(mnist.test_images[place, 0]).resize((84, 84)))
        sheet[20 + 120 * row : 104 + 120 * row, 60 + 190 * column : 144 + 190 * column] = 255 - big
        truth.append(int(mnist.test_labels[place]))
    found = detect_digits(Image.fromarray(sheet), predictor.spec)
    assert [predict(predictor, thing.subject).best for thing in found.found] == truth
    picture = boxed(found.ink, found.found, (200, 0, 0))
    assert picture.shape == (3, *found.ink.shape)
    assert (picture == np.array([200, 0, 0])[:, None, None]).all(axis=0).sum() > 500


def test_a_photo_with_one_digit_is_one_thing(mnist: ImageData) -> None:
    predictor = ready("cnn-mnist")
    right = 0
    for i in range(20):
        photo = Image.fromarray(255 - mnist.test_images[i, 0]).resize((300, 300))
        found = detect_digits(photo, predictor.spec, several=False).found
        assert len(found) == 1
        right += predict(predictor, found[0].subject).best == mnist.test_labels[i]
    assert right >= 18


def test_a_filled_box_is_called_unlike_and_scribbles_are_stranger_than_digits(mnist: ImageData) -> None:
    predictor = ready("cnn-mnist")
    detector = detector_for(predictor, mnist)
    box = np.zeros((280, 280), np.float32)
    box[60:220, 60:220] = 1
    assert predict(predictor, Drawing(box), detector=detector).kind == "unlike"
    rng = np.random.default_rng(3)
    scribbles = [synthetic_digits.paint([rng.uniform(30, 250, (40, 2))], 12) for _ in range(20)]
    hand = synthetic_digits.Handwriting()
    digits = [drawn(d, s, hand) for d in range(10) for s in range(synthetic_digits.styles(d))]
    of_scribbles, of_digits = (
        [predict(predictor, Drawing(ink), detector=detector) for ink in inks] for inks in (scribbles, digits)
    )
    assert sum(a.kind == "unlike" for a in of_digits) <= 2
    assert min(a.strangeness for a in of_scribbles) > np.quantile([a.strangeness for a in of_digits], 0.9)


def smiley(radius: float, pen_px: float) -> np.ndarray:
    """Return the ink of a round face: two eyes and a mouth."""

    def arc(of: float, first: float, last: float) -> np.ndarray:
        turn = np.linspace(first * np.pi, last * np.pi, 50)
        return 140 + of * np.stack([np.cos(turn), np.sin(turn)], axis=1)

    eyes = [140 + radius * np.array([[x, -0.3], [x + 0.02, -0.29]]) for x in (-0.35, 0.35)]
    return synthetic_digits.paint([arc(radius, 0, 2), *eyes, arc(0.55 * radius, 0.15, 0.85)], pen_px)


@pytest.mark.parametrize("names", [("softmax-mnist", "cnn-mnist"), ("cnn-mnist", "softmax-mnist")])
def test_a_smiley_is_called_unusual_and_few_real_digits_are(names: tuple[str, str], mnist: ImageData) -> None:
    first, second = map(ready, names)
    detector = digit_detector()

    def kind(subject: Drawing | DatasetImage) -> str:
        return weighed(predict(first, subject, detector=detector), predict(second, subject)).kind

    faces = [kind(Drawing(smiley(radius, pen_px))) for radius in (60, 80, 100) for pen_px in (12, 20, 28)]
    assert set(faces) <= {"unusual", "unlike"}
    rng = np.random.default_rng(5)
    hands = [synthetic_digits.random_hand(rng) for _ in range(100)]
    digits = [kind(Drawing(drawn(i % 10, 0, hand, rng.uniform(8, 30)))) for i, hand in enumerate(hands)]
    images = [kind(DatasetImage(image)) for image in mnist.test_images[:300]]
    assert digits.count("unusual") + digits.count("unlike") <= 3
    assert images.count("unusual") <= 0.08 * len(images)


def test_only_a_strange_image_with_a_doubted_answer_is_unusual(mnist: ImageData) -> None:
    answer = predict(ready("cnn-mnist"), DatasetImage(mnist.test_images[0]))
    assert answer.kind == "sure"
    other = replace(answer, probabilities=np.full(10, 0.1))
    strange = replace(answer, strangeness=0.9)
    assert weighed(strange, other).kind == "unusual"
    assert weighed(strange, strange).kind == "sure"
    assert weighed(replace(answer, strangeness=0.3), other).kind == "sure"
    assert weighed(replace(strange, kind="unlike"), other).kind == "unlike"
    assert weighed(replace(strange, strangeness=None), other).kind == "sure"


def test_a_dataset_of_a_few_images_has_no_detector(mnist: ImageData) -> None:
    few = replace(mnist, train_images=mnist.train_images[:40], train_labels=mnist.train_labels[:40])
    assert detector_for(ready("cnn-mnist"), few) is None


@pytest.mark.parametrize("second_deskews", [True, False])
def test_a_second_model_says_what_it_says_when_asked_alone(second_deskews: bool) -> None:
    first, second = ready("cnn-mnist"), ready("softmax-mnist")
    second = replace(second, config=replace(second.config, deskew=second_deskews))
    slanted = synthetic_digits.Handwriting(slant=0.5, centre=(0.4, 0.6))
    subject = Drawing(drawn(4, 1, slanted))
    alone = predict(second, subject)
    beside = predict_as_well(second, subject, first, predict(first, subject))
    np.testing.assert_array_equal(beside.pixels, alone.pixels)
    np.testing.assert_array_equal(beside.logits, alone.logits)
