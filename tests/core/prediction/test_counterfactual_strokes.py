"""The pixels that flip an answer, put on the drawing: the changed drawing, prepared anew, gets the other answer."""

import numpy as np
import pytest

from core import synthetic_digits
from core.datasets import dataset_spec
from core.prediction.counterfactual_strokes import BrushSpot, dabbed, draw_counterfactual, find_counterfactual
from core.prediction.predict import Drawing, predict
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights


def ready(name: str) -> Predictor:
    config = shipped_config(name)
    return build_predictor(config, dataset_spec(config.dataset), shipped_weights(name))


def drawing(digit: int, size_px: float, centre: tuple[float, float], pen_px: float) -> np.ndarray:
    hand = synthetic_digits.Handwriting(size_px=size_px, centre=centre, slant=0.1)
    return synthetic_digits.paint(
        synthetic_digits.draw(synthetic_digits.template(digit, 0), hand, np.random.default_rng(digit)), pen_px
    )


HANDS = [(190.0, (0.5, 0.5), 20.0), (100.0, (0.25, 0.25), 8.0)]


@pytest.mark.parametrize("hand", HANDS, ids=["middle", "corner"])
@pytest.mark.parametrize("digit", [0, 3, 7])
@pytest.mark.parametrize("name", ["softmax-mnist", "cnn-mnist"])
def test_the_changed_drawing_gets_the_other_answer(name: str, digit: int, hand: tuple) -> None:
    predictor, ink = ready(name), drawing(digit, *hand)
    before = predict(predictor, Drawing(ink))
    flip, _ = find_counterfactual(predictor, before.pixels)
    assert flip is not None
    drawn = draw_counterfactual(predictor, ink, flip)
    after = predict(predictor, Drawing(drawn.ink))
    assert after.best != before.best
    assert after.best == drawn.wanted == flip.after
    assert drawn.is_flipped


def test_the_ink_is_the_drawing_with_its_dabs_and_nothing_else() -> None:
    predictor, ink = ready("softmax-mnist"), drawing(3, *HANDS[0])
    flip, exactly = find_counterfactual(predictor, predict(predictor, Drawing(ink)).pixels)
    assert flip is not None
    assert exactly
    drawn = draw_counterfactual(predictor, ink, flip)
    again = ink
    for dab in drawn.dabs:
        again = dabbed(again, dab)
        assert 0 <= dab.x <= 280
        assert 0 <= dab.y <= 280
    assert np.array_equal(again, drawn.ink)


def test_without_room_for_more_dabs_it_owns_up() -> None:
    predictor, ink = ready("softmax-mnist"), drawing(3, *HANDS[0])
    flip, _ = find_counterfactual(predictor, predict(predictor, Drawing(ink)).pixels)
    assert flip is not None
    few = type(flip)(flip.pixels[:1], flip.values[:1], flip.image, flip.logits, flip.before, flip.after)
    assert not draw_counterfactual(predictor, ink, few, limit=1).is_flipped


def test_a_dab_of_ink_is_round_and_the_eraser_takes_it_away() -> None:
    blank = np.zeros((40, 40), np.float32)
    spot = dabbed(blank, BrushSpot(20, 12, 10, adds=True))
    assert spot.sum() == pytest.approx(np.pi * 25, rel=0.05)
    ys, xs = np.indices(spot.shape) + 0.5
    assert (spot * xs).sum() / spot.sum() == pytest.approx(20)
    assert (spot * ys).sum() / spot.sum() == pytest.approx(12)
    assert dabbed(spot, BrushSpot(20, 12, 14, adds=False)).max() == 0


def test_only_grey_images_are_drawn() -> None:
    predictor, ink = ready("softmax-mnist"), drawing(3, *HANDS[0])
    flip, _ = find_counterfactual(predictor, predict(predictor, Drawing(ink)).pixels)
    assert flip is not None
    colour = Predictor(predictor.config, dataset_spec("cifar10"), predictor.arrays, predictor.model)
    with pytest.raises(ValueError, match="grey"):
        draw_counterfactual(colour, ink, flip)
