"""The answer in words: large letters, the line beneath them, and the bars."""

import numpy as np
import pytest

from core.datasets import CATALOG, DatasetSpec
from core.images import PreprocessedImage
from core.prediction import thing_sentences
from core.prediction.answer_sentences import Question, bars_sentence, headline
from core.prediction.predict import Kind, Prediction
from pages.draw.prediction import second_opinion_in_html

IMAGE = np.zeros((28, 28), np.float32)


def answer(kind: Kind, spec: DatasetSpec, best: str, second: str, share: float) -> Prediction:
    """Return an answer whose best class has a probability of `share`, and the second all the rest but 0.1."""
    probabilities = np.full(spec.n_classes, 0.1 / (spec.n_classes - 2))
    probabilities[spec.class_names.index(best)] = share
    probabilities[spec.class_names.index(second)] = 0.9 - share
    return Prediction(kind, PreprocessedImage(IMAGE, ()), IMAGE[None], np.log(probabilities), probabilities)


@pytest.mark.parametrize(
    ("kind", "dataset", "best", "second", "share", "large", "small"),
    [
        ("sure", "mnist", "7", "9", 0.7, "It is a 7", "70.0% sure; the next best guess is 9."),
        ("sure", "mnist", "8", "3", 0.7, "It is an 8", "70.0% sure; the next best guess is 3."),
        (
            "sure",
            "fashion_mnist",
            "Ankle boot",
            "Bag",
            0.7,
            "Ankle boot",
            "70.0% sure; the next best guess is Bag.",
        ),
        ("unsure", "mnist", "9", "4", 0.464, "Perhaps a 9", "Not sure: 9 46.4%, 4 43.6%."),
        ("unsure", "mnist", "8", "4", 0.464, "Perhaps an 8", "Not sure: 8 46.4%, 4 43.6%."),
        ("unsure", "kmnist", "o", "ki", 0.464, "Perhaps o", "Not sure: o 46.4%, ki 43.6%."),
        (
            "unusual",
            "mnist",
            "0",
            "6",
            0.7,
            "Perhaps a 0",
            "70.0% sure, but it is unlike most images that the model has seen.",
        ),
        ("unlike", "mnist", "8", "4", 0.7, "Nothing like a digit", "Best guess: 8 (low confidence)."),
    ],
)
def test_a_digit_has_its_article_and_another_name_stands_alone(
    kind: Kind, dataset: str, best: str, second: str, share: float, large: str, small: str
) -> None:
    spec = CATALOG[dataset]
    assert headline(answer(kind, spec, best, second, share), spec) == (large, small)


@pytest.mark.parametrize(
    ("question", "large"),
    [("drawing", "Draw a digit"), ("missing", "Show a digit"), ("picture", "No sign of a digit")],
)
def test_before_there_is_an_answer_it_says_what_it_waits_for(question: Question, large: str) -> None:
    spec = CATALOG["mnist"]
    assert headline(answer("empty", spec, "7", "9", 0.7), spec, question)[0] == large


def test_a_dot_on_the_canvas_and_one_in_a_picture_want_another_remedy() -> None:
    spec = CATALOG["mnist"]
    dot = answer("tiny", spec, "7", "9", 0.7)
    assert headline(dot, spec)[0] == headline(dot, spec, "picture")[0] == "Too small to be a digit"
    assert "Draw it larger" in headline(dot, spec)[1]
    assert "Draw" not in headline(dot, spec, "picture")[1]


@pytest.mark.parametrize(
    ("other", "said"),
    [("6", "one &amp; two says 6 as well."), ("5", "<b>one &amp; two disagrees: 5, 70.0% sure.</b>")],
)
def test_what_a_second_model_says_stands_beside_the_answer(other: str, said: str) -> None:
    spec = CATALOG["mnist"]
    first, second = answer("sure", spec, "6", "9", 0.7), answer("sure", spec, other, "9", 0.7)
    assert second_opinion_in_html(first, ("one & two", second), spec) == said


def test_the_bars_are_told_in_words() -> None:
    spec = CATALOG["mnist"]
    assert (
        bars_sentence(answer("sure", spec, "7", "9", 0.7), spec)
        == "Probabilities: 7 70.0%, 9 20.0%, the others less."
    )
    assert "there is no answer" in bars_sentence(answer("empty", spec, "7", "9", 0.7), spec)


@pytest.mark.parametrize("name", CATALOG)
def test_of_every_dataset_it_says_what_its_images_show(name: str) -> None:
    spec = CATALOG[name]
    for sentences in (thing_sentences.DRAW, thing_sentences.SHOW, thing_sentences.NO_SIGN_OF):
        assert spec.singular in thing_sentences.about(sentences, spec)
    assert spec.singular in thing_sentences.about(thing_sentences.NOTHING_LIKE, spec)
