"""What an address of the demo screen may say."""

import pytest

from core.demo.screen import DATASETS, PACES, SCREENS, DemoAddressError, DemoScreen, read_screen


def test_without_words_it_is_mnist_in_twenty_seconds() -> None:
    screen = read_screen({})
    assert (screen.dataset, screen.lasts_s, screen.language) == ("mnist", 20.0, None)
    assert screen.config.model == "softmax"


def test_an_address_chooses_dataset_pace_and_language() -> None:
    screen = read_screen({"dataset": "fashion_mnist", "pace": "slow", "language": "en", "run": "x"})
    assert screen == DemoScreen("fashion_mnist", "slow", "en")
    assert (screen.config.dataset, screen.lasts_s) == ("fashion_mnist", 40.0)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("dataset", "cifar10", "It knows mnist and fashion_mnist."),
        ("pace", "20", "It knows slow, normal and fast."),
        ("language", "xx", "It knows en."),
        ("dataset", "x" * 500, "It knows mnist and fashion_mnist."),
    ],
)
def test_another_value_is_named_with_what_there_is(name: str, value: str, remedy: str) -> None:
    with pytest.raises(DemoAddressError) as refused:
        read_screen({name: value})
    assert refused.value.message == f"The demo screen knows no {name} “{value[:40]}”."
    assert refused.value.remedy == remedy


def test_each_dataset_and_pace_is_one_show() -> None:
    assert len(SCREENS) == len(DATASETS) * len(PACES)
    assert all(name == screen.name for name, screen in SCREENS.items())
