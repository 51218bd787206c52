from itertools import combinations

import numpy as np
import pytest
import torch
from torch import nn

from core.insight.counterfactual import few_pixels, fewest_pixels


def brute_force(weight, bias, image, values):
    """The size of the smallest set of pixels that changes the answer, by trying every set."""
    before = int(np.argmax(weight @ image + bias))
    for size in range(1, len(image) + 1):
        for chosen in combinations(range(len(image)), size):
            for value in values if size == 1 else np.array(np.meshgrid(*[values] * size)).T.reshape(-1, size):
                changed = image.copy()
                changed[list(chosen)] = value
                if int(np.argmax(weight @ changed + bias)) != before:
                    return size
    return None


@pytest.mark.parametrize("ink", ["add", "erase", "both"])
def test_no_smaller_set_exists(ink):
    values = {"add": [1.0], "erase": [0.0], "both": [0.0, 1.0]}[ink]
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(40):
        weight, bias, image = rng.normal(size=(3, 7)), rng.normal(0, 2, 3), rng.random(7)
        flip = fewest_pixels(weight, bias, image, ink=ink)
        smallest = brute_force(weight, bias, image, values)
        assert (len(flip.pixels) if flip else None) == smallest
        found += flip is not None
    assert found > 10


def test_the_named_pixels_flip_real_digits_when_recomputed_by_torch(trained, pixels):
    layer = nn.Linear(784, 10)
    layer.load_state_dict({"weight": torch.tensor(trained.weight), "bias": torch.tensor(trained.bias)})
    for index in range(30):
        flip = fewest_pixels(trained.weight, trained.bias, pixels[index])
        assert flip is not None
        image = pixels[index].copy()
        assert (image[flip.pixels] < 1).all()
        image[flip.pixels] = 1
        answer = int(layer(torch.from_numpy(image)).argmax())
        assert answer == flip.after != int(trained.logits[index].argmax()) == flip.before


def test_a_target_is_reached(trained, pixels):
    for target in range(10):
        flip = fewest_pixels(trained.weight, trained.bias, pixels[0], target=target, ink="both")
        assert flip is not None
        assert flip.after == target
        assert int(np.argmax(trained.weight @ flip.image + trained.bias)) == target


def test_no_flip_where_ink_cannot_help():
    assert fewest_pixels(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([1.0, 0.0]), np.zeros(2)) is None


@pytest.mark.parametrize(("arguments", "message"), [({"ink": "red"}, "'red'"), ({"target": 10}, "got 10")])
def test_wrong_arguments_are_named(trained, pixels, arguments, message):
    with pytest.raises(ValueError, match=message):
        fewest_pixels(trained.weight, trained.bias, pixels[0], **arguments)


def test_search_on_a_linear_model_needs_as_many_pixels_as_the_exact_answer(trained, pixels):
    def logits_of(images):
        return images @ trained.weight.T + trained.bias

    def gradient_of(_image, a, b):
        return trained.weight[a] - trained.weight[b]

    for index in range(10):
        exact = fewest_pixels(trained.weight, trained.bias, pixels[index])
        searched = few_pixels(logits_of, gradient_of, pixels[index])
        assert searched is not None
        assert searched.after != searched.before
        assert int(logits_of(searched.image[None]).argmax()) == searched.after
        assert len(exact.pixels) <= len(searched.pixels) <= len(exact.pixels) + 2
