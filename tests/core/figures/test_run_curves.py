"""From events to the charts of a run."""

import numpy as np
import pytest

from core.figures.run_curves import Chart, Curves, Series
from core.protocol.events import Evaluated, Event, Finished, Started, Steps
from tests.core.figures.conftest import SmallRun


def started(total: int = 120, per_epoch: int = 60, split: str = "test") -> Started:
    return Started(0, total, per_epoch, 6000, split, 10_000, 7850, "closed-form", 1)


def chunk(run: SmallRun, first: int, last: int) -> Steps:
    part = slice(first - 1, last)
    return Steps(first, run.losses[part], run.accuracies[part], 0.1, last / 100, 10_000.0)


def series(chart: Chart, key: str) -> Series:
    (found,) = [s for s in chart.series if s.key == key]
    return found


@pytest.fixture
def curves(small_run: SmallRun) -> Curves:
    events: list[Event] = [started(), chunk(small_run, 1, 50), Evaluated(50, "test", 0.91, 0.8)]
    events += [chunk(small_run, 51, 120), Evaluated(120, "test", 0.61, 0.86), Finished(120, "finished", 1.2)]
    made = Curves("run-1")
    made.add(events)
    return made


def test_every_mini_batch_is_on_the_loss_chart(curves: Curves, small_run: SmallRun) -> None:
    batch = series(curves.loss_chart(), "batch")
    assert np.array_equal(batch.x, np.arange(1, 121))
    assert batch.y == pytest.approx(small_run.losses)


def test_accuracies_are_in_per_cent(curves: Curves, small_run: SmallRun) -> None:
    chart = curves.accuracy_chart()
    assert chart.percent
    assert series(chart, "batch").y == pytest.approx(100 * small_run.accuracies)
    assert series(chart, "test-eval").y == pytest.approx([80, 86])


def test_the_smoothed_line_lies_within_the_batches_and_varies_less(curves: Curves) -> None:
    batch, line = (series(curves.loss_chart(), key).y for key in ("batch", "train"))
    assert batch.min() <= line.min() <= line.max() <= batch.max()
    assert np.abs(np.diff(line)).mean() < np.abs(np.diff(batch)).mean() / 3


def test_the_axis_covers_the_planned_run_from_the_first_step_on(small_run: SmallRun) -> None:
    curves = Curves("run-1")
    curves.add([started(total=3000), chunk(small_run, 1, 5)])
    assert curves.loss_chart().x_end == 3000
    assert "60 make one epoch" in curves.loss_chart().x_title


def test_earlier_runs_lie_beneath_under_their_names_in_colours_of_their_own(curves: Curves) -> None:
    chart = Curves("run-2").loss_chart([curves, Curves("run-0")], ["first", "second"])
    pale = chart.series[:2]
    assert [(s.role, s.label) for s in pale] == [("pale", "first"), ("pale", "second")]
    assert pale[0].colours != pale[1].colours
    assert np.array_equal(pale[0].y, series(curves.loss_chart(), "train").y), "two evaluations are too few"
    assert chart.x_end == 120


def test_an_earlier_run_is_drawn_by_its_evaluations_once_it_has_three(curves: Curves) -> None:
    curves.add([Evaluated(121, "test", 0.6, 0.87)])
    (pale,) = Curves("run-2").accuracy_chart([curves], ["first"]).series[:1]
    assert pale.y == pytest.approx([80, 86, 87])


def test_new_points_alone_keep_the_signature_and_everything_else_changes_it(
    curves: Curves, small_run: SmallRun
) -> None:
    live = Curves("run-1")
    live.add([started(), chunk(small_run, 1, 50)])
    before = live.loss_chart().signature
    live.add([chunk(small_run, 51, 120)])
    assert live.loss_chart().signature == before
    assert live.loss_chart([curves], ["first"]).signature != before
    assert curves.loss_chart().signature != before, "read afresh, the points may differ"
    live.add([chunk(small_run, 101, 120)])
    assert live.loss_chart().signature != before, "a resumed run repeats steps"


def test_the_alternative_text_says_what_the_chart_says(curves: Curves, small_run: SmallRun) -> None:
    chart = curves.loss_chart([Curves("run-0")], ["first"])
    words = chart.alt
    assert words.startswith("Training loss after step 120 of 120: ")
    assert f"at first {small_run.losses[0]:.3f}. " in words
    assert "Test loss at step 120: 0.610." in words
    assert chart.earlier_alt == "1 earlier run is shown in a paler colour."
    assert curves.loss_chart().earlier_alt == ""
    assert curves.accuracy_chart().alt.endswith("Test accuracy at step 120: 86.0%.")


def test_less_than_all_is_not_said_to_be_all() -> None:
    curves = Curves("run-1")
    nearly = np.full(1, 0.9999, np.float32)
    curves.add([started(total=1), Steps(1, nearly, nearly, 0.1, 1.0, 1.0), Evaluated(1, "test", 0.1, 0.9996)])
    assert "after step 1 of 1: over 99.9%, at first over 99.9%." in curves.accuracy_chart().alt
    assert curves.accuracy_chart().alt.endswith("Test accuracy at step 1: over 99.9%.")


def test_the_title_says_the_loss_of_a_guess_where_the_number_of_classes_is_known() -> None:
    def title(n_classes: int) -> str:
        return Curves("run-1").loss_chart(n_classes=n_classes).title

    assert title(10) == "Loss (cross-entropy; about 2.3 is guessing)"
    assert title(3) == "Loss (cross-entropy; about 1.1 is guessing)"
    assert title(0) == title(1) == "Loss (cross-entropy)"


def test_before_the_first_step_the_chart_says_that_it_waits() -> None:
    chart = Curves("run-1").loss_chart()
    assert chart.alt == "Chart of the loss. It starts with the first training step."
    assert all(len(s.x) == 0 for s in chart.series)
    assert chart.x_end == 1


def test_a_long_run_stays_bounded() -> None:
    curves = Curves("run-1")
    curves.add([started(total=300_000)])
    rng = np.random.default_rng(0)
    for first in range(1, 300_000, 10_000):
        noise = rng.random(10_000, np.float32)
        curves.add([Steps(first, noise, noise, 0.1, 1.0, 1.0)])
    assert all(len(s.x) <= 40_000 for s in curves.loss_chart().series)
    assert curves.last_step == 300_000


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_smoothing_outside_its_range_is_refused(smoothing: float) -> None:
    with pytest.raises(ValueError, match="smoothing"):
        Curves("run-1", smoothing)


def test_what_an_article_reports_is_a_level_line_with_its_name(curves: Curves) -> None:
    plain, compared = curves.accuracy_chart(), curves.accuracy_chart(reported=0.89)
    assert (plain.target, compared.target) == (None, (89.0, "article 89%"))
    assert compared.alt == f"{plain.alt} The article reports 89%."
    assert compared.signature != plain.signature
