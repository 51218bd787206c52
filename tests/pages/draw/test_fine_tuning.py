"""What training on one's own drawings did, in words."""

import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.config.run_config import RunConfig, from_json
from core.datasets import ImageData, load
from core.prediction.fine_tuning import fine_tuning_config
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from core.training.data import training_data
from core.training.loop import train
from pages.draw.fine_tuning import accuracy_change_in_markdown
from tests.pages.conftest import ME
from tests.pages.draw.drawing import DRAWN, Canvas, open_draw, words


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.972, 0.952, "Test accuracy fell by 2.0 percentage points."),
        (0.952, 0.957, "Test accuracy rose by 0.5 percentage points."),
        (0.9521, 0.9523, "Test accuracy did not change."),
        (0.9523, 0.9523, "Test accuracy did not change."),
    ],
)
def test_the_test_accuracy_fell_rose_or_did_not_change(before: float, after: float, said: str) -> None:
    assert accuracy_change_in_markdown(after - before) == said


def test_the_last_drawing_is_taken_back_whichever_side_it_was_kept_on(
    app: AppTest, pad: Canvas, store: Store
) -> None:
    own = OwnDatasets(store.acting_as(Actor(Role.VISITOR, ME)))
    app.session_state["draw_behind"] = "lesson"
    open_draw(app, "softmax-mnist")

    def kept() -> list[int]:
        (mine,) = own.managed()
        assert (mine.spec.title, mine.kind) == ("My drawings (MNIST)", "drawings")
        return [mine.spec.train_size, mine.spec.test_size]

    for number, label in enumerate((7, 1, 2, 3, 4, 7)):  # the second seven is for testing
        pad.draw(DRAWN, f"drawing {number}")
        app.run()
        app.button(key=f"label_{label}").click().run()
        assert not app.exception
    assert kept() == [5, 1]
    for left in ([5, 0], [4, 0]):
        next(b for b in app.button if b.label == "Remove last").click().run()
        assert not app.exception
        assert kept() == left
    next(b for b in app.button if b.label == "Delete all").click().run()
    assert not app.exception
    assert own.managed() == []
    (binned,) = own.binned()
    assert binned.count == 4
    said = "Your drawings are in the bin, on Data under “Mine”."
    assert said in words(app)
    app.button(key="undo_forget").click().run()
    assert not app.exception
    assert kept() == [4, 0]
    assert said not in words(app)


def test_teaching_creates_a_run_with_its_parent(
    app: AppTest, pad: Canvas, store: Store, mnist: ImageData
) -> None:
    own = OwnDatasets(store)
    entry = own.create("Mine", mnist.spec.class_names, (1, 28, 28), owner=ME)
    own.add_images(entry.name, mnist.test_images[:30], mnist.test_labels[:30])
    app.session_state["draw_behind"] = "lesson"
    open_draw(app, "softmax-mnist")
    assert "30 images so far:" in words(app)
    next(b for b in app.button if b.label == "Fine-tune softmax-mnist").click()
    app.run()
    assert not app.exception
    taught = store.list(limit=1)[0]
    config = from_json(taught.config_json)
    assert (taught.parent_id, config.start_from, config.mix_in) == (
        "softmax-mnist",
        "softmax-mnist",
        entry.name,
    )
    assert pad.json_data is None


@pytest.mark.parametrize(("label", "is_told"), [(7, True), (3, False)])
def test_who_fine_tunes_a_run_without_a_class_is_told_that_its_images_do_not_count(
    app: AppTest, store: Store, mnist: ImageData, label: int, is_told: bool
) -> None:
    config = RunConfig(left_out_class=7, train_size=500, epochs=1, eval_every=0)
    run_id = store.add_finished_run(config, list(train(mnist, config, threads=1)), name="No sevens")
    own = OwnDatasets(store)
    entry = own.create("Mine", mnist.spec.class_names, (1, 28, 28), owner=ME)
    chosen = mnist.test_labels == label
    own.add_images(entry.name, mnist.test_images[chosen][:5], mnist.test_labels[chosen][:5])
    app.session_state["draw_behind"] = "lesson"
    open_draw(app, run_id)
    assert not app.exception
    mine = load(entry.name, store.settings.data_dir)
    tuned = training_data(fine_tuning_config(config, run_id, entry.name), mnist, mine)
    learned = tuned.train_index >= len(mnist.train_labels)
    assert bool(learned.any()) is not is_told, "what is told is what is so"
    told = (
        "No sevens leaves out “7”, and so does fine-tuning: it learns from none of your images of that class."
    )
    assert (told in words(app)) is is_told
