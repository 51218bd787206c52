"""Captions must say the run's own numbers; each is compared with numbers worked out here."""

import re

import numpy as np
import pytest

from core.datasets import CATALOG
from core.i18n.number_format import count, listed, percent, points, signed
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
from core.insight.published_results import figures_for
from core.models.softmax_regression import linear_logits

NAMES = [str(k) for k in range(10)]


def test_numbers_are_written_as_people_read_them():
    assert percent(0.92134) == "92.1%"
    assert (points(0.0041), points(-0.02)) == ("+0.4 points", "−2.0 points")
    assert (signed(-0.126), signed(0.5), signed(-0.001)) == ("−0.13", "+0.50", "0.00")
    assert (count(1, "image", "images"), count(1200, "image", "images")) == ("1 image", "1,200 images")
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("none", "a", "a, b and c")


def test_the_confusion_caption_of_the_issue():
    worst = confusion.Pair(4, 9, 11, 20, 1991)
    assert evaluate_captions.confusion(worst, NAMES) == "4 and 9 are confused most: 31 of 1,991."
    assert evaluate_captions.confusion(None, NAMES) == "No image was answered wrongly."


def test_the_evaluation_captions_say_this_runs_numbers(trained):
    result = metrics.summary(trained.logits, trained.labels)
    text = evaluate_captions.summary(result, "digits")
    assert text.startswith(
        f"{100 * (trained.logits.argmax(1) == trained.labels).mean():.1f}% of 10,000 digits it had"
    )
    recalls = [(trained.logits[trained.labels == k].argmax(1) == k).mean() for k in range(10)]
    text = evaluate_captions.class_scores(metrics.class_scores(trained.logits, trained.labels), NAMES)
    assert f"Best at {np.argmax(recalls)} ({100 * max(recalls):.1f}% found)" in text
    assert f"worst at {np.argmin(recalls)} ({100 * min(recalls):.1f}%)" in text
    first = metrics.confident_mistakes(trained.logits, trained.labels, 1)[0]
    text = evaluate_captions.mistakes([first], NAMES)
    assert f"image {first.index:,}" in text
    answer, probability = trained.logits[first.index].argmax(), 100 * first.confidence
    assert f"labelled {trained.labels[first.index]}, answered {answer}, {probability:.1f}% sure." in text


def test_the_threshold_caption_counts_answers_left_and_right_ones_unsaid(trained):
    curve = calibration.threshold_curve(trained.logits, trained.labels)
    exponentials = np.exp(trained.logits.astype(float))
    confidence = (exponentials / exponentials.sum(1, keepdims=True)).max(1)
    right, remaining = trained.logits.argmax(1) == trained.labels, confidence >= 0.9
    text = evaluate_captions.threshold(curve, 0.9)
    assert (
        f"leaves {remaining.sum():,} of 10,000 answers, {100 * right[remaining].mean():.1f}% of them right"
        in text
    )
    assert f"{(right & ~remaining).sum():,} right ones unsaid" in text
    uniform = calibration.threshold_curve(np.zeros((4, 10)), np.zeros(4, np.int64))
    assert evaluate_captions.threshold(uniform, 0.5) == "It is never 50.0% sure: no answer is left."


@pytest.mark.parametrize(
    ("confidence", "expected"), [(0.99, "too sure"), (0.60, "too modest"), (0.75, "as sure as")]
)
def test_the_reliability_caption_tells_pride_from_modesty(confidence, expected):
    logits = np.tile(np.log([confidence, 1 - confidence]), (4, 1))
    result = calibration.reliability(logits, np.array([0, 0, 0, 1]))  # right three times of four
    assert expected in evaluate_captions.reliability(result)


def test_robustness_and_comparison_captions_name_every_model(mnist, trained):
    some = robustness.balanced_subset(mnist.test_labels, 200)
    curve = robustness.accuracy_curve(
        lambda x: linear_logits(trained.weight, trained.bias, x),
        mnist.test_images[some],
        trained.labels[some],
        "inversion",
    )
    text = evaluate_captions.robustness({"softmax": curve, "a-twin": curve})
    assert text.startswith("Inversion (share of the negative): softmax has lost half")
    assert f"a-twin has lost half of its accuracy at {curve.half_gone:g}." in text


def test_the_caption_of_published_figures():
    text = evaluate_captions.published(0.9, figures_for("mnist"), "softmax")
    assert text.startswith("This run's 90.0% is above 2 of 6 published figures")
    assert "No published figure" in evaluate_captions.published(0.9, (), "cnn")


def test_the_arithmetic_caption_adds_up(trained, pixels):
    stages = arithmetic(trained.weight, trained.bias, pixels[0])
    text = weights_captions.arithmetic(stages, NAMES)
    assert signed(float(pixels[0] @ trained.weight[7])) in text
    assert signed(float(trained.logits[0, 7])) in text
    assert "the 10 logits" in text
    assert signed(float(np.diff(np.sort(trained.logits[0])[-2:])[0])) in weights_captions.difference(
        difference(stages), NAMES
    )


def test_the_edit_caption_counts_images_lost_and_won(trained):
    before = metrics.summary(trained.logits, trained.labels)
    worse = metrics.summary(np.roll(trained.logits, 1, axis=1), trained.labels)
    lost = before.accuracy.count - worse.accuracy.count
    assert f"2 edits: {percent(worse.accuracy.share)} right" in weights_captions.edits(before, worse, 2)
    assert f"{lost:,} images fewer" in weights_captions.edits(before, worse, 2)
    assert f"{lost:,} images more" in weights_captions.edits(worse, before, 1)
    assert weights_captions.edits(before, before, 0).startswith("Nothing is edited")


def test_weight_captions_of_a_run_that_has_learned_nothing():
    zeros = np.zeros((10, 784))
    assert "nothing has been learned" in weights_captions.weight_images(zeros, np.zeros(10), NAMES)
    assert "where they started" in weights_captions.journey(weight_analysis.weight_trajectory([0], [zeros]))


def test_unit_captions_by_hand():
    use = UnitUse(np.arange(4), np.array([0.5, 0.3, 0.2, 0.0]), np.array([1.0, 0.5, 0.1, 0.0]))
    text = weights_captions.hidden_units(use, shown=2)
    assert text == "The 2 busiest of 4 hidden units do 80.0% of the work; 1 unit never fires."
    fed = UnitContributions(4, np.array([6, 2]), np.array([-1.5, 0.75]), 0.0, 0.1)
    text = weights_captions.fed_by(fed, NAMES)
    assert text == "4: unit 3 speaks most for it (+0.75) and unit 7 speaks most against it (−1.50)."


def test_the_data_captions_say_this_datasets_numbers(mnist):
    counts = np.bincount(mnist.train_labels)
    text = data_captions.class_counts(counts, NAMES)
    assert "1 has most images (6,742), 5 fewest (5,421)" in text
    levels = np.bincount(mnist.test_images[:100].reshape(-1), minlength=256)[None]
    blank = (mnist.test_images[:100] == 0).mean()
    assert data_captions.intensities(levels).startswith(f"{100 * blank:.1f}% of all levels are 0 (black)")
    assert data_captions.scaling((0.1307,), (0.3081,), True).startswith(
        "Black enters the model as −0.42 and full brightness as 2.82"
    )
    shown = image_selection.page(np.arange(45), 3, 20)
    assert data_captions.gallery(shown, "7", "digits") == "41 to 45 of 45 digits labelled 7."
    assert (
        data_captions.gallery(image_selection.page(np.arange(0), 1, 20), None, "digits")
        == "There are no digits here."
    )


def every_caption(mnist, trained, pixels, names=NAMES, plural="digits"):
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
    yield weights_captions.feature_maps({"conv1": np.zeros((2, 3, 3)), "conv2": np.ones((4, 2, 2))})
    yield weights_captions.arithmetic(stages, names)
    yield weights_captions.difference(difference(stages), names)
    yield weights_captions.edits(result, result, 1)
    yield data_captions.class_counts(np.bincount(labels), names)
    yield data_captions.class_spread(np.ones((10, 1, 28, 28)), names)
    yield data_captions.intensities(np.bincount(mnist.test_images[:100].reshape(-1), minlength=256)[None])
    yield from (data_captions.scaling((0.13,), (0.31,), standardised) for standardised in (False, True))
    yield data_captions.split(55_000, 5_000, 10_000, 3)
    yield data_captions.split(60_000, 0, 10_000, 3)
    yield data_captions.gallery(image_selection.page(np.arange(45), 1, 20), names[8], plural)
    yield from (data_captions.map_of(method, 500, space) for method in embedding.MAPS)
    yield data_captions.typicality(data_quality.by_typicality(coordinates, labels, 3), names[3])
    twins = data_quality.near_duplicates(mnist.test_images[:500], near)
    yield data_captions.duplicates(data_quality.exact_duplicates(mnist.test_images[:500]), twins)
    yield data_captions.doubts(data_quality.doubted_by_neighbours(near, labels), names, by_model=False)
    yield data_captions.doubts([], names, by_model=True)
    yield evaluate_captions.summary(result, plural)
    yield evaluate_captions.class_scores(metrics.class_scores(trained.logits, trained.labels), names)
    yield evaluate_captions.mistakes(metrics.confident_mistakes(trained.logits, trained.labels, 1), names)
    yield evaluate_captions.confusion(confusion.Pair(4, 9, 11, 20, 1991), names)
    yield evaluate_captions.cell(31, 982, names[4], names[9])
    yield evaluate_captions.adversary(fooled, names)
    yield evaluate_captions.adversary(None, names)


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


def test_captions_of_garments_speak_of_no_digits_and_put_no_article_before_a_name(mnist, trained, pixels):
    garments = CATALOG["fashion_mnist"].class_names
    of_digits = re.compile(r"\b(digits?|ink|pens?|paper|strokes?|draw\w*|written)\b", re.IGNORECASE)
    with_article = re.compile(rf"\b(a|an|is) ({'|'.join(garments)})\b")  # "a Ankle boot", "is Sneaker"
    for text in every_caption(mnist, trained, pixels, garments, "garments"):
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
    assert f"{7840**0.5:.2f} from where they started; half of that was reached by step 100." in text
