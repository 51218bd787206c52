"""The Draw page's states without a browser: who answers, what is missing, and lessons that become runs."""

import threading
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import DatasetError, dataset_spec
from core.insight.ood_detector import Detector
from core.prediction.predictor import build_predictor
from core.pretrained.registry import shipped_config, shipped_weights
from core.runs import Store
from pages.draw import canvas, model_choice, model_comparison
from pages.server import background, services
from tests.pages.draw.drawing import DRAWN, Canvas, detector_made_once, html, open_draw, words


def test_on_a_fresh_store_the_ready_cnn_answers_at_once(
    app: AppTest, pad: Canvas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'fresh.db'}")
    st.cache_resource.clear()
    assert services.system_store().list() == []
    open_draw(app)
    assert "Model: cnn-mnist." in words(app)
    assert 'data-kind="empty"' in html(app)
    pad.draw(DRAWN, "seven")
    app.run()
    assert 'data-class="7"' in html(app)


def test_the_run_in_view_answers_and_shows_its_sum(app: AppTest, pad: Canvas) -> None:
    pad.draw(DRAWN, "seven")
    open_draw(app, "softmax-mnist")
    assert "Model: softmax-mnist." in words(app)
    assert "= logit" in html(app)
    assert "make it a" in words(app)


def test_it_answers_before_it_knows_what_is_no_digit_and_then_says_so(
    app: AppTest, pad: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()

    def slowly(*given: object) -> Detector | None:
        may_end.wait(300)
        return detector_made_once(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(model_choice, "detector_of", slowly)
    box = np.zeros((280, 280), np.float32)
    box[60:220, 60:220] = 1
    pad.draw(box, "box")
    open_draw(app, "softmax-mnist")
    assert "data-class" in html(app)
    assert 'data-kind="unlike"' not in html(app)
    predictor = build_predictor(
        shipped_config("softmax-mnist"), dataset_spec("mnist"), shipped_weights("softmax-mnist")
    )
    assert model_choice.is_detector_due(predictor)
    assert background.is_under_way(model_choice.detector_work(predictor)), "what the page follows"
    may_end.set()
    model_choice._detector(*model_choice._seen(predictor)).result(300)
    app.run()
    assert 'data-kind="unlike"' in html(app)


def test_damaged_images_leave_the_answer_without_a_warning_until_they_are_mended(
    store: Store,  # noqa: ARG001 - its caches are empty
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    predictor = build_predictor(
        shipped_config("softmax-mnist"), dataset_spec("mnist"), shipped_weights("softmax-mnist")
    )
    mended = threading.Event()

    def made(*given: object) -> Detector | None:
        if not mended.is_set():
            raise DatasetError("a file is damaged", "Unpack it again.")
        return detector_made_once(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(model_choice, "detector_of", made)
    model_choice.start_detector(predictor)
    with pytest.raises(DatasetError):
        model_choice._detector(*model_choice._seen(predictor)).result(300)
    mended.set()
    assert model_choice.detector(predictor) is None  # asking goes on as it was: the page would ask for ever
    assert not model_choice.is_detector_due(predictor)
    model_choice.start_detector(predictor)
    assert model_choice._detector(*model_choice._seen(predictor)).result(300) is not None


def test_the_pixels_that_flip_the_answer_go_on_the_canvas_and_come_off_again(
    app: AppTest, pad: Canvas
) -> None:
    pad.draw(DRAWN, "seven")
    open_draw(app, "softmax-mnist")
    assert 'data-class="7"' in html(app)
    pad.json_data = None  # the browser has nothing new to say
    app.button(key="flip_draw").click().run()
    assert not app.exception
    assert 'data-class="7"' not in html(app)
    assert "now it says" in words(app)
    state = app.session_state["pad_state"]
    assert len(state.pages) == 3  # blank, the seven, the seven with dabs: one state more
    dabs = state.page.objects[1:]
    assert {dab["stroke"] for dab in dabs} <= {canvas.INK, canvas.PAPER}
    app.button(key="flip_undo").click().run()
    assert 'data-class="7"' in html(app)
    assert "now it says" not in words(app)


def test_a_test_image_is_not_drawn_on(app: AppTest, pad: Canvas) -> None:  # noqa: ARG001
    open_draw(app, "softmax-fashion")
    assert " it a" in words(app)
    assert not [button for button in app.button if button.key == "flip_draw"]


def test_a_run_without_weights_says_so_and_offers_a_way_on(app: AppTest, store: Store) -> None:
    run_id = store.create(RunConfig(), name="waiting one")
    open_draw(app, run_id)
    assert "waiting one is still in the queue" in words(app)
    assert [link.proto.label for link in app.get("page_link")] == ["See the queue"]


def test_a_garment_model_is_asked_about_a_test_image(app: AppTest, pad: Canvas) -> None:  # noqa: ARG001
    open_draw(app, "cnn-fashion")
    assert 'data-class="' in html(app)
    assert "The name below the image is the correct answer" in words(app)


@pytest.mark.parametrize(
    ("view", "before", "after"),
    [
        ("preparation", "both versions answer", "**With all steps:** It is a 7"),
        ("others", "they all answer", "Both say 7"),
        ("learning", "how it developed during training", "It has said 7 since step"),
        ("lesson", "Draw something to enable the buttons.", "Say what it is: press a button."),
    ],
)
def test_every_view_behind_the_answer_speaks_before_and_after_a_drawing(
    app: AppTest, pad: Canvas, view: str, before: str, after: str
) -> None:
    app.session_state["draw_behind"] = view
    open_draw(app, "softmax-mnist")
    assert before in words(app)
    pad.draw(DRAWN, "seven")
    app.run()
    assert not app.exception
    assert after in words(app)
    assert 'data-class="7"' in html(app)


def test_a_model_of_digits_shows_its_canvas_after_one_of_garments(app: AppTest, pad: Canvas) -> None:  # noqa: ARG001
    def source() -> str:
        return str(
            next(group for group in app.button_group if str(group.key).startswith("draw_source")).value
        )

    open_draw(app, "cnn-fashion")
    assert source() == "test"
    for run, shown in (("cnn-mnist", "canvas"), ("softmax-fashion", "test"), ("softmax-mnist", "canvas")):
        app.query_params["run"] = run
        app.session_state["run"] = run
        app.run()
        assert source() == shown, run


def test_what_the_steps_do_is_measured_against_the_bare_drawing(app: AppTest, pad: Canvas) -> None:
    app.session_state["draw_behind"] = "preparation"
    pad.draw(DRAWN, "seven")
    open_draw(app, "cnn-mnist")
    steps = [toggle for toggle in app.toggle if str(toggle.key).startswith("stage_")]
    assert [toggle.value for toggle in steps] == [True] * 4
    assert "**Without preparation:**" in words(app)
    assert "**With all steps:** It is a 7" in words(app)
    app.toggle(key="stage_pen").set_value(False).run()
    assert "**With the steps switched on:** It is a 7" in words(app)
    assert "**With all steps:**" not in words(app)


def test_a_second_model_says_beside_the_answer_what_it_thinks(app: AppTest, pad: Canvas) -> None:
    open_draw(app, "softmax-mnist")
    assert "cnn-mnist" not in html(app)
    pad.draw(DRAWN, "seven")
    app.run()
    assert "cnn-mnist says 7 as well." in html(app)
    app.query_params["run"] = "cnn-mnist"
    app.session_state["run"] = "cnn-mnist"
    app.run()
    assert "softmax-mnist says 7 as well." in html(app)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([7, 7, 7], "It has said 7 from the very start."),
        ([1, 7, 7], "It has said 7 since step 10."),
        ([7, 1, 7], "It first said 7 at step 0 and has kept to it since step 20."),
        ([1, 1, 7], "It has said 7 since step 20."),
    ],
)
def test_when_it_learned_an_answer(answers: list[int], sentence: str) -> None:
    names = tuple("0123456789")
    assert model_comparison.learned_when([0, 10, 20], np.eye(10)[answers], names) == sentence
