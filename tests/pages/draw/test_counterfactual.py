"""What the pixels that flip an answer are said to have done once they are drawn."""

from types import SimpleNamespace

import numpy as np
import pytest

from pages.draw.counterfactual import _flip_in_markdown, outcome_in_markdown

NAMES = tuple("0123456789")


def drawn(dabs: int, *, is_flipped: bool, is_asked: bool = True) -> SimpleNamespace:
    answer = SimpleNamespace(best=9, probabilities=np.eye(10)[9] * 0.434, is_asked=is_asked)
    return SimpleNamespace(dabs=(None,) * dabs, is_flipped=is_flipped, answer=answer)


@pytest.mark.parametrize(
    ("pixels", "name", "said"),
    [
        (5, "9", "**5 pixels make it a 9.**"),
        (1, "8", "**1 pixel makes it an 8.**"),
        (2, "Ankle boot", "**2 pixels make it Ankle boot.**"),
    ],
)
def test_the_fewest_pixels_are_one_sentence(pixels: int, name: str, said: str) -> None:
    assert _flip_in_markdown(pixels, name) == said


def told(dabs: int, pixels: int, **how: bool) -> str:
    return outcome_in_markdown(drawn(dabs, **how), pixels, NAMES)  # type: ignore[arg-type]


def test_dabs_that_do_it_are_counted_against_the_pixels() -> None:
    assert told(5, 5, is_flipped=True) == "**5 dabs drawn: now it says 9 (43.4%).**"
    assert "In the image that the model saw, 5 pixels would have been enough." in told(6, 5, is_flipped=True)
    assert "In the image that the model saw, 1 pixel would have been enough." in told(3, 1, is_flipped=True)


def test_dabs_that_do_not_do_it_say_so() -> None:
    assert told(40, 5, is_flipped=False).startswith("**40 dabs drawn, and it still says 9 (43.4%).**")
    assert told(1, 5, is_flipped=False, is_asked=False).startswith(
        "**1 dab drawn, and now it says nothing.**"
    )
    assert "could not make up for that" in told(40, 5, is_flipped=False)
