"""Draw in another language: every source and every view, before and after a drawing, and whoever cannot answer."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.datasets import CATALOG, ImageData
from core.runs import Store
from core.runs.schema import RUNS
from pages.draw.question_and_answer import VIEWS
from tests.pages.another_language import opened, outside
from tests.pages.draw.drawing import DRAWN, Canvas
from tests.pages.runs_in_states import run_in
from tests.polling import until

NOTHING, SEVEN, DOT, BOX = (np.zeros((280, 280), np.float32) for _ in range(4))
SEVEN += DRAWN
DOT[140:143, 140:143] = 1
BOX[60:220, 60:220] = 1
DRAWINGS = {"nothing": NOTHING, "seven": SEVEN, "dot": DOT, "box": BOX}


@pytest.mark.parametrize("model", ["softmax-mnist", "cnn-mnist"])
def test_every_view_of_every_drawing(foreign: AppTest, pad: Canvas, model: str) -> None:
    opened(foreign, "draw", model)
    for name, ink in DRAWINGS.items():
        pad.draw(ink, name)
        for view in VIEWS:
            foreign.session_state["draw_behind"] = view
            foreign.run()
            assert outside(foreign) == [], (name, view)


@pytest.mark.parametrize("model", ["softmax-mnist", "softmax-fashion"])
def test_every_source(foreign: AppTest, pad: Canvas, model: str) -> None:  # noqa: ARG001
    opened(foreign, "draw", model)
    key = "draw_source_4" if model.endswith("mnist") else "draw_source_3"
    for source in ("test", "file", "camera"):
        foreign.session_state[key] = source
        foreign.run()
        assert outside(foreign, *CATALOG["fashion_mnist"].class_names) == [], source


@pytest.mark.parametrize("shown", ["nothing", "one", "several", "no picture"])
def test_every_picture(foreign: AppTest, pad: Canvas, shown: str) -> None:  # noqa: ARG001
    opened(foreign, "draw", "cnn-mnist")
    foreign.session_state["draw_source_4"] = "file"
    foreign.run()
    foreign.file_uploader(key="draw_file").upload("X1.png", _png(shown), "image/png").run()
    assert outside(foreign) == []


def _png(shown: str) -> bytes:
    """Return a scan with so many digits on it, dark on light."""
    if shown == "no picture":
        return b"PNG"
    ink = {"nothing": np.zeros((280, 560)), "one": DRAWN, "several": np.hstack([DRAWN, DRAWN])}[shown]
    file = io.BytesIO()
    Image.fromarray((255 - 255 * ink).astype(np.uint8)).save(file, "png")
    return file.getvalue()


def test_training_on_drawings(foreign: AppTest, pad: Canvas, store: Store, mnist: ImageData) -> None:
    foreign.session_state["draw_behind"] = "lesson"
    opened(foreign, "draw", "softmax-mnist")
    for number, label in enumerate((7, 7, 1)):
        pad.draw(DRAWN, str(number))
        foreign.run()
        foreign.button(key=f"label_{label}").click().run()
        assert outside(foreign) == []
    for status in ("queued", "finished"):
        foreign.session_state["lesson_run"] = _lesson(store, mnist, status)
        foreign.run()
        assert outside(foreign) == [], status
    foreign.file_uploader(key="import_files_0").upload("X1.zip", b"PK", "application/zip").run()
    until(lambda: foreign.run().error, "the refusal")
    assert outside(foreign, "X1.zip") == []


def _lesson(store: Store, data: ImageData, status: str) -> str:
    """Return the id of a run that goes on from the ready model."""
    run_id = run_in(store, status, data)
    with store.database.write() as connection:
        values = {"parent_id": "softmax-mnist", "name": "X1"}
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(**values))
    return run_id
