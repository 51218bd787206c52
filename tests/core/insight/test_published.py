import pytest

from core.datasets import CATALOG
from core.insight.published import FIGURES, figures_for


def test_every_figure_has_a_source_an_address_and_a_dataset_of_the_catalog():
    for figure in FIGURES:
        assert figure.dataset in CATALOG
        assert figure.model in ("softmax", "mlp", "cnn")
        assert figure.url.startswith("http")
        assert len(figure.source) > 40
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
    assert [row.model for row in rows] == ["mlp", "mlp", "softmax", "softmax", "softmax"]
    assert figures_for("kmnist") == ()
