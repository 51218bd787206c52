"""A run that nobody has named is called by what it is and by what of it is not as usual."""

from dataclasses import replace

import pytest

from core.config.config_title import MOST_CHANGES, config_title
from core.config.presets import DEFAULT
from core.config.run_config import FIELD_NAMES
from tests.core.config.test_run_config import ODD

USUAL = "Softmax, MNIST, learning rate 0.1"
CHANGES_NO_RESULT = {"eval_every", "device"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, USUAL),
        ({"learning_rate": 5e-6}, "Softmax, MNIST, learning rate 0.000005"),
        ({"epochs": 1}, f"{USUAL}, 1 epoch"),
        ({"epochs": 20, "optimizer": "adam"}, f"{USUAL}, Adam, 20 epochs"),
        ({"train_size": 1_000, "seed": 1_234, "deskew": True}, f"{USUAL}, 1,000 images, deskewed, seed 1234"),
        ({"l2": 0.001, "batch_size": 1_000}, f"{USUAL}, batch size 1,000, L2 0.001"),
        ({"scaling": "standardised"}, f"{USUAL}, Pixel values: standardised"),
        ({"start_from": "abcd1234"}, f"{USUAL}, continued"),
        ({"mix_in": "drawn_digits"}, f"{USUAL}, with Drawn digits"),
        ({"model": "mlp", "hidden_sizes": (64, 32)}, "MLP, MNIST, learning rate 0.1, hidden units 64, 32"),
        ({"hidden_sizes": (64, 32)}, USUAL),
        ({"left_out_class": 9}, f"{USUAL}, without “9”"),
        (
            {"left_out_class": 0, "dataset": "fashion_mnist"},
            "Softmax, Fashion-MNIST, learning rate 0.1, without “T-shirt/top”",
        ),
        ({"model": "mlp", "dropout": 0.5}, "MLP, MNIST, learning rate 0.1, dropout 0.5"),
        ({"dropout": 0.5}, USUAL),
        ({"eval_every": 7}, USUAL),
    ],
    ids=str,
)
def test_what_is_not_as_usual_is_said(changes: dict[str, object], said: str) -> None:
    assert config_title(replace(DEFAULT, **changes)) == said


@pytest.mark.parametrize(
    ("model", "unused"), [("mlp", {"channels", "kernel_size"}), ("cnn", {"hidden_sizes", "activation"})]
)
def test_every_setting_that_changes_a_result_tells_two_runs_apart(model: str, unused: set[str]) -> None:
    same = set()
    for name in FIELD_NAMES:
        one = replace(DEFAULT, **_needed(name), model=model)
        other = replace(one, **{name: getattr(ODD, name)})
        if one != other and config_title(one) == config_title(other):
            same.add(name)
    assert same == {
        name for name in CHANGES_NO_RESULT | unused if getattr(ODD, name) != getattr(DEFAULT, name)
    }


def _needed(name: str) -> dict[str, object]:
    """Return the settings without which `name` has no effect."""
    if name in ("step_epochs", "step_factor"):
        return {"schedule": "step"}
    return {"init_std": {"initialisation": "normal"}, "nesterov": {"momentum": 0.5}}.get(name, {})


def test_a_name_stays_short() -> None:
    commas_in_lists = len(ODD.channels) - 1 + len(ODD.hidden_sizes) - 1
    assert config_title(ODD).count(", ") <= 2 + MOST_CHANGES + commas_in_lists
