"""What a run says of itself while people watch it, in the language of each."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config.presets import PRESETS
from core.config.run_config import RunConfig
from core.datasets import ImageData, load
from core.datasets.user_datasets import delete_own
from core.i18n.reader import Reader, read_by
from core.live.messages import HtmlPatch
from core.live.run_feed import Feed
from core.live.run_head import line_of, with_changes
from core.live.run_snapshot import LoadImages, RunSnapshot, idle_snapshot, run_snapshot
from core.live.workload import Workload
from core.protocol.events import Evaluated, Finished
from core.runs import RunInWork, RunRow, Store
from core.training.loop import train
from tests.core.runs.conftest import started, steps, told, weights
from tests.one_sided_sets import brought


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
    yield opened
    opened.close()


@pytest.fixture
def load_images(mnist: ImageData) -> LoadImages:
    return lambda _name: mnist


def snapshot(store: Store, feed: Feed, load_images: LoadImages) -> RunSnapshot:
    return run_snapshot(feed.refresh(store), feed, [], store, load_images, has_torch=False)


def head(shown: RunSnapshot) -> dict[str, str]:
    return dict(shown.head.values)


def test_before_the_first_run_the_page_says_what_there_is_to_learn_from(load_images: LoadImages) -> None:
    shown = idle_snapshot(RunConfig(validation_size=5_000), load_images, has_torch=False)
    values = head(shown)
    assert (
        values["line"] == "Press Train: the model learns from 55,000 images and is tested on 10,000 others."
    )
    few = head(idle_snapshot(RunConfig(train_size=1_000), load_images, has_torch=False))["line"]
    assert few == "Press Train: the model learns from 1,000 images and is tested on 10,000 others."
    fourless = head(idle_snapshot(RunConfig(left_out_class=4), load_images, has_torch=False))["line"]
    assert fourless == "Press Train: of 60,000 images it learns all but “4”; 10,000 others test it."
    names = [values[f"name{i}"] for i in range(4)]
    assert names == ["train loss", "train accuracy", "validation loss", "validation accuracy"]
    assert {values[f"value{i}"] for i in range(4)} == {"–"}
    assert shown.loss.title == "Loss (cross-entropy; about 2.3 is guessing)"
    assert shown.strip is not None
    assert shown.strip.values["strip@aria-label"] == "The first 20 test images."
    assert "20 test images: predicted class (bold) and true class" in shown.strip.template


@pytest.fixture
def untested() -> Iterator[ImageData]:
    """Return a dataset without test images."""
    spec = brought("train-only")
    yield load(spec.name)
    delete_own(spec.name)


def test_without_test_images_there_is_no_strip_and_the_page_says_so(
    untested: ImageData, store: Store
) -> None:
    config = RunConfig(dataset=untested.spec.name, epochs=1)
    shown = idle_snapshot(config, load, has_torch=False)
    assert shown.strip is None
    assert head(shown)["line"] == (
        "Press Train: the model learns from 40 images. “train-only” has no test images, so no test accuracy can be "
        "given."
    )
    one = head(idle_snapshot(replace(config, left_out_class=0), load, has_torch=False))["line"]
    assert one.startswith(
        f"Press Train: of 40 images it learns all but “{untested.spec.class_names[0]}”. “train-only” has"
    )
    run_id = store.add_finished_run(config, list(train(untested, config, threads=1)))
    feed = Feed(run_id)
    over = snapshot(store, feed, load)
    assert over.strip is None
    assert [head(over)[f"value{i}"] for i in (2, 3)] == ["–", "–"]
    assert feed.log == []
    assert "strip" not in over.news()


def test_a_run_that_is_over_says_its_figures_and_how_long_it_trained(
    store: Store, load_images: LoadImages, mnist: ImageData
) -> None:
    strip = np.array(mnist.test_labels[:20])
    strip[:3] = (strip[:3] + 1) % 10
    events = [started(total_steps=10), steps(1, 10), weights(10), Evaluated(10, "test", 0.28, 0.9996, strip)]
    run_id, _attempt = told(store, *events, Finished(10, "finished", 76.2), config=RunConfig(epochs=1))
    shown = snapshot(store, Feed(run_id), load_images)
    values = head(shown)
    assert values["line"] == "step 10 of 10 · epoch 1 of 1 · trained for 1 min 16 s"
    assert (values["value2"], values["value3"]) == ("0.280", "over 99.9%")
    assert (values["name2"], values["name3"]) == ("test loss", "test accuracy")
    assert shown.strip is not None
    told_of = shown.strip.values["strip@aria-label"]
    assert told_of == "The first 20 test images: 17 of 20 are recognised."


def test_that_others_share_the_processor_is_said_while_a_run_is_under_way_and_no_longer(store: Store) -> None:
    run_id, attempt = told(store, started(total_steps=30_000), steps(1, 130))
    mine = RunInWork(run_id, "me", "", "full", "running", 1, "softmax", 130, 30_000, 1.3, 100.0)
    both = Workload([mine, replace(mine, run_id="another", owner="other")], cores=1)
    assert line_of(store.get(run_id), 0.01, both).endswith("2 runs share the processor")
    store.append(run_id, attempt, [Finished(130, "stopped", 1.3)])
    assert "share" not in line_of(store.get(run_id), 0.01, both), (
        "what is known of the others is a moment old"
    )


def test_a_run_under_way_says_about_how_long_it_will_take(store: Store, load_images: LoadImages) -> None:
    run_id, attempt = told(store, started(total_steps=30_000), steps(1, 20))
    feed = Feed(run_id)
    line = head(snapshot(store, feed, load_images))["line"]
    assert line == "step 20 of 30,000 · epoch 3 of 5 · 5,000 images per second", "too early to tell"
    store.append(run_id, attempt, [steps(21, 130)])
    line = head(snapshot(store, feed, load_images))["line"]
    # 29,870 steps are left, 100 of them a second
    assert line == "step 130 of 30,000 · epoch 5 of 5 · 5,000 images per second · about 5 min left"
    store.order(run_id, pace="steps:5")
    assert head(snapshot(store, feed, load_images))["line"].endswith("about 2 hours left")


def test_a_figure_of_an_earlier_step_says_of_which(store: Store, load_images: LoadImages) -> None:
    run_id, attempt = told(store, started(total_steps=600), Evaluated(0, "test", 2.3, 0.1), steps(1, 150))
    feed = Feed(run_id)
    values = head(snapshot(store, feed, load_images))
    assert (values["at2"], values["at3"]) == ("step 0", "step 0")
    store.append(run_id, attempt, [Evaluated(150, "test", 0.6, 0.87)])
    values = head(snapshot(store, feed, load_images))
    assert (values["at2"], values["at3"]) == ("", "")


def test_a_run_that_waits_says_how_many_are_ahead(store: Store, load_images: LoadImages) -> None:
    waiting = [store.create(RunConfig(seed=seed)) for seed in range(3)]
    for run_id in waiting:
        store.enqueue(run_id)
    lines = [head(snapshot(store, Feed(run_id), load_images))["line"] for run_id in waiting]
    assert lines == [
        "It starts as soon as there is room for it.",
        "1 run is ahead of it.",
        "2 runs are ahead of it.",
    ]


def test_each_language_has_a_snapshot_of_its_own_made_once(store: Store, load_images: LoadImages) -> None:
    run_id, _attempt = told(store, started(), steps(1, 10), Evaluated(10, "test", 0.28, 0.9213))
    feed = Feed(run_id)
    english = snapshot(store, feed, load_images)
    with read_by(Reader("de")):
        german = snapshot(store, feed, load_images)
        assert snapshot(store, feed, load_images) is german
    assert snapshot(store, feed, load_images) is english
    assert (head(english)["value3"], head(german)["value3"]) == ("92.1%", "92,1\xa0%")


def test_the_change_against_the_run_before_is_told_once_both_are_over(store: Store) -> None:
    first = store.get(store.create(RunConfig(), name="Ada's"))
    over = {"state": "finished", "evaluation_split": "test"}
    before = replace(
        first, **over, train_loss=0.5, train_accuracy=0.8, evaluation_loss=0.6, evaluation_accuracy=0.7
    )
    now = replace(
        first, **over, train_loss=0.25, train_accuracy=0.9, evaluation_loss=0.61, evaluation_accuracy=0.75
    )
    empty = HtmlPatch("", {})
    told = with_changes(empty, now, before).values
    assert [told[f"change{i}"] for i in range(4)] == ["−0.250", "+10.0", "+0.010", "+5.0"]
    assert told["figures@title"] == "Change against the run before: Ada's"
    others: list[tuple[RunRow | None, RunRow | None]] = [
        (now, None),
        (None, None),
        (replace(now, state="running"), before),
        (now, first),
    ]
    for run, earlier in others:
        assert {with_changes(empty, run, earlier).values[f"change{i}"] for i in range(4)} == {""}
    validated = with_changes(empty, replace(now, evaluation_split="validation"), before).values
    assert [validated[f"change{i}"] for i in range(4)] == ["−0.250", "+10.0", "", ""], (
        "never of two different splits"
    )


def test_the_run_of_an_article_has_its_figure_in_the_chart(store: Store, load_images: LoadImages) -> None:
    feed = Feed(store.create(PRESETS["mnist-article"].config))
    assert snapshot(store, feed, load_images).accuracy.target == (89.0, "article 89%")
    assert snapshot(store, Feed(store.create(RunConfig())), load_images).accuracy.target is None
