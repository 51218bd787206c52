"""What the live channel tells of a show."""

import numpy as np

from core.demo.news import curve_of, demo_moment, values_of
from core.demo.screen import DemoScreen
from core.demo.show import Show, ShowRun
from core.live.messages import HtmlPatch
from core.models.initial_weights import first_weights
from tests.core.demo.conftest import learned


def values(show: Show) -> dict[str, str]:
    shown = demo_moment(show).shown["show"]
    assert isinstance(shown, HtmlPatch)
    return dict(shown.values)


def test_before_the_first_run_there_is_noise_and_no_turn(show: Show) -> None:
    shown = demo_moment(show).shown
    first = first_weights(show.screen.config, show.screen.spec)
    assert first is not None
    assert np.array_equal(shown["weights"].weights, first["linear.weight"])  # type: ignore[union-attr]
    told = values(show)
    assert (told["run"], told["over"], told["turn"]) == ("", "", "")
    assert told["told"] == "One moment: the pictures to learn from are being prepared."


def test_noise_is_told_of_once_the_images_are_there() -> None:
    assert values_of(DemoScreen(), ShowRun(train_count=9))["told"] == (
        "Nothing but noise: it has seen no digit yet."
    )
    assert values_of(DemoScreen(), ShowRun())["told"] == (
        "One moment: the digits to learn from are being prepared."
    )


def test_a_run_is_told_with_what_it_has_seen_and_reads(show: Show) -> None:
    name = learned(show)
    told = values(show)
    assert (told["run"], told["over"], told["turn"], told["failed"]) == (name, "1", "", "")
    run = show.run
    assert run is not None
    share = round(100 * run.points[-1][1])
    assert told["told"].startswith(
        "It has looked at 3,000 pictures of clothes. Of 10,000 that it has never seen"
    )
    assert told["told"].endswith(f"it names {share}%.")
    chart = curve_of(show.screen, run)
    (line,) = chart.series
    assert len(line.x) == len(run.points)
    assert line.y[-1] == 100 * run.points[-1][1]


def test_while_it_learns_the_visitors_turn_is_counted_down() -> None:
    run = ShowRun(points=[(0.0, 0.1), (1.0, 0.5)], seen=100)
    told = values_of(DemoScreen(), run)
    assert told["turn"] == "Your turn in 20 s"
    assert (
        told["told"]
        == "It has looked at 100 handwritten digits. Of 10,000 that it has never seen it reads 50%."
    )
    run.began_at -= 100  # slower than it should be
    assert values_of(DemoScreen(), run)["turn"] == "Your turn in 1 s"


def test_why_nothing_is_learned_is_told() -> None:
    told = values_of(DemoScreen(), ShowRun(trouble="No images. Bring some.", is_over=True))
    assert (told["told"], told["failed"], told["over"]) == ("No images. Bring some.", "1", "1")
