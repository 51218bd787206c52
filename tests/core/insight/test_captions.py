"""Captions must say the run's own numbers; each is compared with numbers worked out here."""

import gettext
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from core.datasets import CATALOG
from core.i18n import catalogue
from core.insight import (
    adversarial,
    calibration,
    confusion,
    data_quality,
    embedding,
    image_selection,
    metrics,
    robustness,
    weight_analysis,
)
from core.insight.activations import UnitContributions, UnitUse
from core.insight.captions import data as data_captions
from core.insight.captions import evaluate as evaluate_captions
from core.insight.captions import weights as weights_captions
from core.insight.corruptions import DAMAGES
from core.insight.evidence import arithmetic, difference
from core.insight.first_layer import first_layer
from core.insight.published_results import figures_for
from core.models.softmax_regression import linear_logits

NAMES = [str(k) for k in range(10)]


def per_cent(share: float) -> str:
    """Return a share in per cent with one decimal, halves upwards, unlike Python's own formats."""
    return f"{(100 * Decimal(repr(float(share)))).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def test_the_confusion_caption():
    worst = confusion.Pair(4, 9, 11, 20, 1991)
    assert evaluate_captions.confusion(worst, NAMES) == "4 and 9 are confused most: 31 of their 1,991 images."
    assert evaluate_captions.confusion(None, NAMES) == "Every image was recognised."


def test_the_evaluation_captions_say_this_runs_numbers(trained):
    result = metrics.summary(trained.logits, trained.labels)
    accuracy = (trained.logits.argmax(1) == trained.labels).mean()
    text = evaluate_captions.summary(result)
    assert text.startswith(f"It recognises {per_cent(accuracy)} of 10,000 images it had never seen. ")
    half = 196 * (accuracy * (1 - accuracy) / 10_000) ** 0.5  # Wald's, which differs little for so many
    low, high = (float(share) for share in re.findall(r"([\d.]+)% to ([\d.]+)%", text)[0])
    assert (low, high) == pytest.approx((100 * accuracy - half, 100 * accuracy + half), abs=0.11)
    recalls = [(trained.logits[trained.labels == k].argmax(1) == k).mean() for k in range(10)]
    text = evaluate_captions.class_scores(metrics.class_scores(trained.logits, trained.labels), NAMES)
    assert text == (
        f"Best at {np.argmax(recalls)}: {per_cent(max(recalls))} recognised (its recall). "
        f"Worst at {np.argmin(recalls)}: {per_cent(min(recalls))}."
    )
    first = metrics.confident_mistakes(trained.logits, trained.labels, 1)[0]
    text = evaluate_captions.mistakes([first], NAMES)
    assert f"image {first.index:,}" in text
    answer = trained.logits[first.index].argmax()
    sure = per_cent(first.confidence) if first.confidence < 0.9995 else "over 99.9%"
    assert f"labelled {trained.labels[first.index]}, but the model was {sure} sure of {answer}." in text


def test_the_threshold_caption_counts_answers_left_and_correct_ones_withheld(trained):
    curve = calibration.threshold_curve(trained.logits, trained.labels)
    exponentials = np.exp(trained.logits.astype(float))
    confidence = (exponentials / exponentials.sum(1, keepdims=True)).max(1)
    right, remaining = trained.logits.argmax(1) == trained.labels, confidence >= 0.9
    text = evaluate_captions.threshold(curve, 0.9)
    assert (
        f"at least 90% sure, it answers {remaining.sum():,} of 10,000 images and is right on "
        f"{per_cent(right[remaining].mean())} of those."
    ) in text
    assert text.endswith(f" {(right & ~remaining).sum():,} correct answers are withheld.")
    uniform = calibration.threshold_curve(np.zeros((4, 10)), np.zeros(4, np.int64))
    assert evaluate_captions.threshold(uniform, 0.5) == "It is never 50% sure, so it answers nothing."


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [(0.99, "overconfident"), (0.60, "underconfident"), (0.75, "confidence matches")],
)
def test_the_reliability_caption_tells_pride_from_modesty(confidence, expected):
    logits = np.tile(np.log([confidence, 1 - confidence]), (4, 1))
    result = calibration.reliability(logits, np.array([0, 0, 0, 1]))  # right three times of four
    text = evaluate_captions.reliability(result)
    assert expected in text
    assert f"confidence and accuracy are {100 * abs(confidence - 0.75):.1f} points apart" in text


def test_robustness_and_comparison_captions_name_every_model(mnist, trained):
    some = robustness.balanced_subset(mnist.test_labels, 200)
    curve = robustness.accuracy_curve(
        lambda x: linear_logits(trained.weight, trained.bias, x),
        robustness.damaged_images(mnist.test_images[some], "inversion"),
        trained.labels[some],
        "inversion",
    )
    text = evaluate_captions.robustness({"softmax": curve, "a-twin": curve})
    at = f"{curve.half_gone:g}"
    assert text == (
        f"Inversion (how far inverted, 0 to 1): more than half of the accuracy is lost at "
        f"{at} (softmax) and {at} (a-twin)."
    )
    firm = replace(curve, accuracy=curve.accuracy[:1] * len(curve.strengths))
    text = evaluate_captions.robustness({"softmax": curve, "firm": firm})
    assert text.endswith(f" {at} (softmax). At least half is left at every strength tried: firm.")
    text = evaluate_captions.robustness({"firm": firm})
    assert "at least half of the accuracy is left at every strength tried" in text


def test_the_caption_of_published_figures():
    text = evaluate_captions.published(0.9, figures_for("mnist"), "softmax")
    assert text.startswith("This run reaches 90.0% and beats 2 of the 6 published results")
    one = [figure for figure in figures_for("mnist") if figure.model == "softmax"][:1]
    assert "The only published result listed for its kind of model is" in evaluate_captions.published(
        0.9, one, "softmax"
    )
    assert "No published result" in evaluate_captions.published(0.9, (), "cnn")


def test_the_edit_caption_counts_images_lost_and_won(trained):
    before = metrics.summary(trained.logits, trained.labels)
    worse = metrics.summary(np.roll(trained.logits, 1, axis=1), trained.labels)
    lost = before.accuracy.count - worse.accuracy.count
    right = (np.roll(trained.logits, 1, axis=1).argmax(1) == trained.labels).mean()
    assert f"2 edits: {per_cent(right)} of the images are" in weights_captions.edits(before, worse, 2)
    assert weights_captions.edits(before, before, 1).endswith(" That is as many images as before.")
    assert f"{lost:,} images fewer" in weights_captions.edits(before, worse, 2)
    assert f"{lost:,} images more" in weights_captions.edits(worse, before, 1)
    assert weights_captions.edits(before, before, 0).startswith("No edits yet")


def test_weight_captions_tell_a_bias_and_what_was_learned_only_where_there_is_any(trained):
    told = weights_captions.weight_images(trained.weight, trained.bias, NAMES)
    assert told.endswith(f"image: {trained.bias.argmax()} has the largest, +{trained.bias.max():.2f}.")
    zeros = np.zeros((10, 784))
    assert "bias" not in weights_captions.weight_images(trained.weight, zeros[:, 0], NAMES)
    assert "nothing has been learned" in weights_captions.weight_images(zeros, zeros[:, 0], NAMES)
    assert "where they started" in weights_captions.journey(weight_analysis.weight_trajectory([0], [zeros]))


def test_unit_captions_by_hand():
    use = UnitUse(np.arange(4), np.array([0.5, 0.3, 0.2, 0.0]), np.array([1.0, 0.5, 0.1, 0.0]))
    text = weights_captions.hidden_units(use, shown=2)
    assert text == (
        "The 2 busiest of 4 hidden units do 80.0% of the work (activation × weights to the next layer). "
        "1 unit never reacts to any image."
    )
    fed = UnitContributions(4, np.array([6, 2]), np.array([-1.5, 0.75]), 0.0, 0.1)
    text = weights_captions.fed_by(fed, NAMES)
    assert text == "Unit 3 speaks most for 4 (+0.75). Unit 7 speaks most against 4 (−1.50)."


def test_the_data_captions_say_this_datasets_numbers(mnist):
    counts = np.bincount(mnist.train_labels)
    text = data_captions.class_counts(counts, NAMES)
    assert "1 has the most images (6,742), 5 the fewest (5,421)" in text
    levels = np.bincount(mnist.test_images[:100].reshape(-1), minlength=256)[None]
    blank = (mnist.test_images[:100] == 0).mean()
    assert data_captions.intensities(levels).startswith(
        f"{per_cent(blank)} of all pixel values are 0 (black)"
    )
    assert data_captions.scaling((0.1307,), (0.3081,), True).startswith(
        "Black enters the model as −0.42 and full brightness as 2.82"
    )
    shown = image_selection.page(np.arange(45), 3, 20)
    assert data_captions.gallery(shown, "7") == "Images 41 to 45 of 45 labelled 7."
    nothing = image_selection.page(np.arange(0), 1, 20)
    assert data_captions.gallery(nothing, None) == "There are no images here."
    assert data_captions.gallery(nothing, "7") == "There are no images labelled 7 here."
    text = data_captions.scaling((0.5, 0.4, 0.25), (0.5, 0.2, 0.25), True)
    assert "as −1.00, −2.00 and −1.00 in red, green and blue" in text
    assert "as 1.00, 3.00 and 3.00, so" in text


def every_caption(mnist, trained, pixels, names=NAMES):
    """One of each caption on real data, for what holds of all of them."""
    edge = weight_analysis.decision_boundary(trained.weight, trained.bias, 4, 9)
    space = embedding.fit_space(mnist.test_images[:500])
    coordinates = embedding.coordinates(space, mnist.test_images[:500])
    near = embedding.neighbourhood(coordinates)
    labels = np.array(mnist.test_labels[:500])
    gradient = adversarial.linear_loss_gradient(trained.weight, trained.bias, pixels[0], 7)
    fooled = adversarial.mildest(
        lambda x: linear_logits(trained.weight, trained.bias, x), pixels[0], gradient
    )
    stages = arithmetic(trained.weight, trained.bias, pixels[0])
    result = metrics.summary(trained.logits, trained.labels)
    yield weights_captions.weight_images(trained.weight, trained.bias, names)
    yield weights_captions.journey(
        weight_analysis.weight_trajectory([0, 600], [trained.weight * 0, trained.weight])
    )
    yield weights_captions.border(edge, weight_analysis.nearest_to_boundary(trained.logits, edge), names)
    yield weights_captions.feature_maps([np.zeros((2, 3, 3)), np.ones((4, 2, 2))])
    yield weights_captions.arithmetic(stages, names)
    yield weights_captions.difference(difference(stages), names)
    yield weights_captions.edits(result, result, 1)
    yield data_captions.class_counts(np.bincount(labels), names)
    yield data_captions.class_spread(np.ones((10, 1, 28, 28)), names)
    yield data_captions.intensities(np.bincount(mnist.test_images[:100].reshape(-1), minlength=256)[None])
    yield from (data_captions.scaling((0.13,), (0.31,), standardised) for standardised in (False, True))
    yield data_captions.split(55_000, 5_000, 10_000, 3)
    yield data_captions.split(60_000, 0, 10_000, 3)
    yield data_captions.gallery(image_selection.page(np.arange(45), 1, 20), names[8])
    yield from (data_captions.map_of(method, 500, space) for method in embedding.MAPS)
    yield data_captions.typicality(data_quality.by_typicality(coordinates, labels, 3), names[3])
    twins = data_quality.near_duplicates(mnist.test_images[:500], near)
    yield data_captions.duplicates(data_quality.exact_duplicates(mnist.test_images[:500]), twins)
    yield data_captions.doubts(data_quality.doubted_by_neighbours(near, labels), names, by_model=False)
    yield data_captions.doubts([], names, by_model=True)
    yield evaluate_captions.summary(result)
    yield evaluate_captions.class_scores(metrics.class_scores(trained.logits, trained.labels), names)
    yield evaluate_captions.mistakes(metrics.confident_mistakes(trained.logits, trained.labels, 1), names)
    yield evaluate_captions.confusion(confusion.Pair(4, 9, 11, 20, 1991), names)
    yield evaluate_captions.cell(31, 982, names[4], names[9])
    yield evaluate_captions.adversary(fooled, names)
    yield evaluate_captions.adversary(None, names)


def test_of_no_images_captions_say_that_there_are_none():
    none = np.zeros(3, np.int64)
    assert data_captions.class_counts(none, NAMES) == "There are no training images."
    assert data_captions.intensities(np.zeros((1, 256), np.int64)) == "There are no training images."
    assert evaluate_captions.cell(0, 0, "cat", "dog") == "cat was never tested: it has no test images."
    assert data_captions.split(40, 0, 0, 0) == (
        "Training images: 40. Validation images: 0. There are no test images, so no test accuracy can be given."
    )
    assert data_captions.split(0, 0, 40, 0).startswith("There are no training images.")


def test_every_caption_is_made_of_whole_sentences_without_broken_numbers(mnist, trained, pixels):
    texts = list(every_caption(mnist, trained, pixels))
    assert len(texts) == 28
    for text in texts:
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert "nan" not in text.split()
        assert "inf" not in text.split()
        assert "{" not in text
        assert len(text) < 260


class Quoting(gettext.NullTranslations):
    """A language that says every sentence as English does, in quotation marks."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


def test_every_word_of_a_caption_comes_from_the_catalogue(mnist, trained, pixels, monkeypatch):
    monkeypatch.setattr(catalogue, "catalogue", Quoting)
    for text in every_caption(mnist, trained, pixels):
        assert re.fullmatch(r"«[^«»]+»( «[^«»]+»)*", text), text
    shift = DAMAGES["shift"]
    assert (shift.label, shift.axis) == ("«Shift»", "«pixels moved»")
    assert {figure.method[0] for figure in figures_for("mnist")} == {"«"}
    assert {figure.note[:1] for figure in figures_for("fashion_mnist")} == {"«", ""}
    units = first_layer({"hidden1.weight": np.zeros((2, 784))}, CATALOG["mnist"])
    assert units.labels == ("«unit 1»", "«unit 2»")
    assert (
        units.caption
        == "«The first 2 of 2 hidden units: red pixels activate a unit, blue ones hold it back.»"
    )


def test_captions_of_garments_speak_of_no_digits_and_put_no_article_before_a_name(mnist, trained, pixels):
    garments = CATALOG["fashion_mnist"].class_names
    of_digits = re.compile(r"\b(digits?|ink|pens?|paper|strokes?|draw\w*|written)\b", re.IGNORECASE)
    with_article = re.compile(rf"\b(a|an|is) ({'|'.join(garments)})\b")  # "a Ankle boot", "is Sneaker"
    for text in every_caption(mnist, trained, pixels, garments):
        assert not of_digits.search(text), text
        assert not with_article.search(text), text
    for damage in DAMAGES.values():
        assert not of_digits.search(f"{damage.label} {damage.axis}")


def test_two_places_are_no_journey_to_speak_of_but_three_are():
    zeros, ones = np.zeros((10, 784)), np.ones((10, 784))
    assert "half" not in weights_captions.journey(weight_analysis.weight_trajectory([0, 600], [zeros, ones]))
    text = weights_captions.journey(
        weight_analysis.weight_trajectory([0, 100, 600], [zeros, 0.6 * ones, ones])
    )
    assert f"the weights are at a distance of {7840**0.5:.2f} from their start" in text
    assert "Half of that distance was reached by step 100." in text
