"""A drawing on the Draw page without a browser, and what the page then says."""

from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from core import synthetic_digits
from core.datasets import ImageData
from core.insight.ood_detector import Detector
from core.prediction.predictor import Predictor
from core.pretrained.digit_detector import detector_of

DRAWN = synthetic_digits.paint(
    synthetic_digits.draw(
        synthetic_digits.template(7, 0), synthetic_digits.Handwriting(), np.random.default_rng(0)
    ),
    20,
)


class Canvas:
    """What the canvas in the browser says; a test draws by setting it."""

    json_data: dict | None = None
    image_data: np.ndarray | None = None
    strokes: tuple[dict, ...] = ()  # drawn, and not said yet

    def show(self, initial_drawing: dict, **_: object) -> tuple[dict | None, np.ndarray | None]:
        """Be given a drawing, as the one in the browser is; what is said stands on its number."""
        if self.strokes:
            plate = initial_drawing["objects"][0]
            self.json_data, self.strokes = {"objects": [plate, *self.strokes]}, ()
        return self.json_data, self.image_data

    def draw(self, ink: np.ndarray, name: str) -> None:
        grey = (255 - 255 * ink).astype(np.uint8)
        self.strokes = ({"path": name},)
        self.image_data = np.dstack([grey, grey, grey, np.full_like(grey, 255)])


DETECTORS: dict[tuple[str, bool], Detector | None] = {}


def detector_made_once(predictor: Predictor, images: Callable[[str], ImageData]) -> Detector | None:
    """Return the dataset's detector, which depends on no run: a second of work that every test would do anew."""
    key = images(predictor.config.dataset).fingerprint, predictor.config.deskew
    if key not in DETECTORS:
        DETECTORS[key] = detector_of(predictor, images)
    return DETECTORS[key]


def open_draw(app: AppTest, run: str = "") -> AppTest:
    if run:
        app.query_params["run"] = run
    app.run()
    app.switch_page("draw/page.py").run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def words(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.markdown, *app.caption, *app.info, *app.error])
