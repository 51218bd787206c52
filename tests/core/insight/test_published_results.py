import pytest

from core.datasets import CATALOG
from core.insight.published_results import FIGURES, figures_for


def test_every_figure_has_a_source_an_address_and_a_dataset_of_the_catalog():
    for figure in FIGURES:
        assert figure.dataset in CATALOG
        assert figure.model in ("softmax", "mlp", "cnn")
        assert figure.url.startswith("http")
        assert len(figure.source) > 40
        assert 5 < len(figure.cited) < 30
        assert 0.5 < figure.accuracy < 1


def test_lecuns_linear_classifier_is_12_and_8_point_4_percent_error():
    errors = [
        1 - f.accuracy
        for f in figures_for("mnist", "softmax")
        if "LeCun" in f.source and f.model == "softmax"
    ]
    assert errors == pytest.approx([0.12, 0.084])


def test_figures_for_the_model_asked_for_come_first():
    rows = figures_for("fashion_mnist", "mlp")
    assert [row.model for row in rows] == ["mlp"] * 2 + ["softmax"] * 3 + ["cnn"] * 3
    assert figures_for("kmnist") == ()


def test_figures_are_those_read_at_their_sources():
    """Xiao et al., arXiv:1708.07747v2, table 3; README of zalandoresearch/fashion-mnist, "Benchmark"."""
    garments = {f.method: f.accuracy for f in figures_for("fashion_mnist")}
    assert garments == {
        "Logistic regression, C = 1, one-vs-rest, L1": 0.842,
        "Logistic regression, C = 1, one-vs-rest, L2": 0.841,
        "Logistic regression, C = 100, one-vs-rest, L2": 0.836,
        "Multilayer perceptron, 100 hidden units, ReLU": 0.871,
        "Multilayer perceptron, 10 hidden units, ReLU": 0.848,
        "2 convolutional layers with max pooling, Keras": 0.876,
        "2 convolutional layers with max pooling, TensorFlow, over 300 epochs": 0.916,
        "2 convolutional layers, under 100,000 parameters": 0.925,
    }
    assert all("not verified" in f.note for f in figures_for("fashion_mnist", "cnn") if f.model == "cnn")
    lecun = {f.model: [] for f in FIGURES}
    for figure in figures_for("mnist"):
        if figure.cited == "LeCun et al. 1998":
            lecun[figure.model].append(round(100 - 100 * figure.accuracy, 2))
    assert lecun == {"softmax": [12.0, 8.4], "mlp": [4.7, 3.05], "cnn": [1.7, 0.95]}
