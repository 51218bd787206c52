"""Optuna's figures carry the app's words, in the reader's language."""

from collections.abc import Callable

import optuna
import plotly.graph_objects as go
import pytest

from pages.search.optuna_figures import ACCURACY, in_the_words_of_the_app

NAMES = ("plot_optimization_history", "plot_parallel_coordinate", "plot_param_importances", "plot_contour")


@pytest.fixture(scope="module")
def study() -> optuna.Study:
    """Return a study of two settings, told without any training."""
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(
        lambda trial: (
            trial.suggest_float("learning_rate", 0.001, 1.0, log=True)
            + trial.suggest_categorical("batch_size", ("50", "100")).count("0")
        ),
        n_trials=8,
    )
    return study


def words(figure: go.Figure) -> str:
    """Return all that the figure says, but for its title, which the page leaves out."""
    figure.update_layout(title_text="")
    return figure.to_json()


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_says_labels_instead_of_field_names(name: str, study: optuna.Study) -> None:
    draw: Callable[..., go.Figure] = getattr(optuna.visualization, name)
    figure = in_the_words_of_the_app(draw(study, target_name=ACCURACY))
    text = words(figure)
    for raw in ("learning_rate", "batch_size", "Hyperparameter", "Best Value", "Feasible Trial"):
        assert f'"{raw}' not in text, raw
    assert "Accuracy" in text or name == "plot_param_importances"
    if name == "plot_optimization_history":
        assert "Best so far" in text
        assert list(figure.data[0].x) == list(range(1, 9)), "trials are counted as their runs are named"
        assert tuple(figure.layout.xaxis.range) == (0.5, 8.5), "no tick for a trial 0"
        assert figure.layout.yaxis.ticksuffix == "%"
        assert list(figure.data[0].y) == [100 * trial.values[0] for trial in study.trials]
        assert figure.data[1].line.shape == "hv", "the best stays until it is surpassed"
    else:
        assert "Learning rate" in text
        assert "Batch size" in text
