"""The bars that follow the pen: the page's own answer is the server's, in both its steps, and gives way to it."""

import base64
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from scipy import ndimage
from skimage.morphology import skeletonize

from core.config.run_config import RunConfig
from core.datasets import ImageData, dataset_spec
from core.images import ink_from_canvas
from core.prediction.predict import Drawing, Prediction, predict
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights
from core.protocol.events import Weights
from core.runs import Store
from core.synthetic_digits import draw as write
from core.synthetic_digits import paint, random_hand, styles, template
from core.training.loop import train
from pages.draw.pen_answer import weights_message
from tests.browser import App
from tests.e2e.drawing import (
    CORNER,
    MIDDLE,
    PAD,
    Finger,
    choose,
    draw,
    expect_class,
    expect_rest,
    open_draw,
    path_of,
)
from tests.e2e.test_scripts_alone import mounted
from tests.polling import until
from tests.runs_in_work import LONG, in_training

pytestmark = pytest.mark.e2e

BY_PEN = re.compile("by-pen")
PEN_PX = (3.0, 36.0)
MLPS = {
    "relu": RunConfig(model="mlp", hidden_sizes=(32,)),
    "tanh": RunConfig(model="mlp", hidden_sizes=(32, 16), activation="tanh", scaling="standardised"),
    "sigmoid": RunConfig(
        model="mlp", hidden_sizes=(48,), activation="sigmoid", optimizer="adam", learning_rate=0.01
    ),
    "gelu": RunConfig(
        model="mlp", hidden_sizes=(64, 32, 16), activation="gelu", optimizer="adam", learning_rate=0.003
    ),
}
ANSWERS = """async ([message, drawings]) => {
  const { unpack } = await import("/wire.js");
  const { inkOf, prepared } = await import("/pen_preparation.js");
  const { modelFrom, sharesOf } = await import("/pen_model.js");
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const { header, payload } = unpack(bytes(message)), model = modelFrom(header, new Float32Array(payload.buffer));
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const answers = [];
  for (const drawing of drawings) {
    const image = await createImageBitmap(new Blob([bytes(drawing)], { type: "image/png" }));
    const { width, height } = Object.assign(pen.canvas, { width: image.width, height: image.height });
    pen.drawImage(image, 0, 0);
    const seen = prepared(inkOf(pen.getImageData(0, 0, width, height)), model.image);
    answers.push(seen && { pixels: [...seen.values], shares: sharesOf(model, seen) });
  }
  return JSON.stringify(answers);  // Playwright takes a hundred times as long over so many numbers
}"""
THINNED = """async ([marks, width, height]) => {
  const { thinned } = await import("/pen_width.js");
  return thinned({ values: Uint8Array.from(marks, Number), width, height }).values.join("");
}"""
NOTE_LEARNED = """
  window.inklingLearned = [];
  const tell = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (told, ...rest) {
    if (told.head) window.inklingLearned.push(told.weights.reduce((sum, weight) => sum + Math.abs(weight), 0));
    return tell.call(this, told, ...rest);
  };
"""
OPACITIES = "bar => [bar, bar.parentElement.parentElement].map((one) => getComputedStyle(one).opacity)"


def ready(name: str) -> Predictor:
    config = shipped_config(name)
    return build_predictor(config, dataset_spec(config.dataset), shipped_weights(name))


def taught(data: ImageData, config: RunConfig) -> Predictor:
    """Return a model that has learned for a moment."""
    settings = {"dataset": data.spec.name, "train_size": 4000, "batch_size": 50, "epochs": 1, "eval_every": 0}
    brief = RunConfig(**{**config.__dict__, **settings})
    told = [event for event in train(data, brief, threads=1) if isinstance(event, Weights)]
    return build_predictor(brief, data.spec, told[-1].arrays)


def drawings(count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield canvases (280, 280, 4) as the pad says them: digits by many hands and pens, some half drawn."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        digit = int(rng.integers(10))
        path = write(template(digit, int(rng.integers(styles(digit)))), random_hand(rng), rng)
        if rng.random() < 0.3:
            path = [*path[:-1], path[-1][: 2 + int(rng.integers(len(path[-1])))]]
        ink = paint(path, float(rng.uniform(*PEN_PX)))[..., None]
        colours = 255 + ink * (np.array([0x1B, 0x2A, 0x41]) - 255)
        yield np.concatenate([colours, np.full_like(ink, 255)], axis=2).round().astype(np.uint8)


def png(canvas: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(canvas).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def both(page: Page, predictor: Predictor, count: int) -> Iterator[tuple[Prediction, dict[str, Any] | None]]:
    """Yield the server's answer and the page's to each of so many drawings."""
    message = base64.b64encode(weights_message(predictor)).decode()
    shown = [*drawings(count, seed=count)]
    for start in range(0, count, 50):
        part = shown[start : start + 50]
        answers = json.loads(page.evaluate(ANSWERS, [message, [png(canvas) for canvas in part]]))
        for canvas, answer in zip(part, answers, strict=True):
            yield predict(predictor, Drawing(ink_from_canvas(canvas))), answer


def expect_one_answer(page: Page, predictor: Predictor, count: int) -> None:
    """Check that page and server see the same and say the same.

    Of a pixel in [0, 1] they differ by 3e-6 at most, for the browser sums in double precision.
    """
    mounted(page, "bars.js", {"rows": [], "best": -1, "alt": "", "heard": [0, 0]})
    same, asked = 0, 0
    for said, answer in both(page, predictor, count):
        assert (answer is not None) == said.is_asked
        if answer is None:
            continue
        asked += 1
        assert np.abs(np.array(answer["pixels"]) - said.pixels.ravel()).max() < 1e-4
        same += int(np.argmax(answer["shares"])) == said.best
        assert np.abs(np.array(answer["shares"]) - said.probabilities).max() < 1e-3
    assert asked > 0.9 * count
    assert same >= 0.99 * asked


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["softmax-mnist", "cnn-mnist"])
def test_a_ready_model_answers_in_the_browser_as_on_the_server(page: Page, name: str, count: int) -> None:
    expect_one_answer(page, ready(name), count)


@pytest.mark.parametrize(
    ("activation", "count"),
    [
        *((activation, 30) for activation in MLPS),
        *(pytest.param(activation, 1000, marks=pytest.mark.long) for activation in MLPS),
    ],
)
def test_an_mlp_answers_in_the_browser_as_on_the_server(
    page: Page, mnist: ImageData, activation: str, count: int
) -> None:
    expect_one_answer(page, taught(mnist, MLPS[activation]), count)


def test_a_line_is_thinned_as_scikit_image_thins_it(page: Page) -> None:
    mounted(page, "bars.js", {"rows": [], "best": -1, "alt": "", "heard": [0, 0]})
    rng = np.random.default_rng(0)
    for _ in range(100):
        blots = ndimage.gaussian_filter(rng.normal(size=(60, 70)), float(rng.uniform(0.5, 4))) > 0
        mask = np.pad(blots, 1)
        height, width = mask.shape
        marks = "".join(map(str, mask.ravel().astype(int)))  # one text, which Playwright passes on at once
        line = page.evaluate(THINNED, [marks, width, height])
        assert np.array_equal(np.reshape([*map(int, line)], mask.shape), skeletonize(mask))


def put_pen_down(page: Page, stroke: np.ndarray) -> None:
    """Draw a stroke with the mouse and leave the pen down."""
    box = page.locator(PAD).bounding_box()
    assert box is not None
    points = [(box["x"] + x, box["y"] + y) for x, y in stroke]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)


def test_the_bars_follow_the_pen_pale_and_the_servers_answer_takes_their_place(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    bars, best = page.locator(".ink-bars").first, page.locator(".ink-bars .ink-bar.best").first
    expect(best).to_have_count(0)
    seven = path_of(7, MIDDLE)[0]
    put_pen_down(page, seven)
    expect(bars).to_have_class(BY_PEN)
    expect(bars).to_have_attribute("aria-busy", "true")
    expect(best).to_contain_text(re.compile(r"^7.*%"))
    pale = best.locator("i").evaluate(OPACITIES)
    assert [float(opacity) for opacity in pale] == [pytest.approx(0.5), 1]  # the bar, and never its words
    expect(page.locator(".ink-answer")).to_have_attribute(
        "data-kind", "empty"
    )  # the server has heard of nothing
    page.mouse.up()
    expect_class(page, "7")
    expect(bars).not_to_have_class(BY_PEN)
    expect(bars).to_have_attribute("aria-busy", "false")
    expect(bars).to_have_attribute("aria-label", re.compile("^Probabilities: 7 "))


def test_bars_are_the_servers_again_after_a_stroke_that_changes_nothing(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(7, MIDDLE))
    expect_class(page, "7")
    expect_rest(page)
    choose(page, "Eraser")
    bars = page.locator(".ink-bars").first
    put_pen_down(page, np.array([[4.0, 276.0], [8.0, 276.0], [12.0, 276.0]]))
    expect(bars).to_have_class(BY_PEN)
    page.mouse.up()
    expect(bars).not_to_have_class(BY_PEN)
    expect_class(page, "7")


def test_a_stroke_that_is_taken_back_leaves_the_servers_answer(app: App, browser: Browser) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = phone.new_page()
        open_draw(page, app, "softmax-mnist")
        bars, finger = page.locator(".ink-bars").first, Finger(phone, page)
        finger.put_down(path_of(3, MIDDLE)[0])
        expect(bars).to_have_class(BY_PEN)
        finger.pinch()
        expect(bars).not_to_have_class(BY_PEN)
        expect(bars).to_have_attribute("aria-label", re.compile("^Empty bars"))
    finally:
        phone.close()


def test_the_weights_go_to_the_browser_once(app: App, page: Page) -> None:
    weights = shipped_weights("softmax-mnist")["linear.weight"].astype("<f4").tobytes()
    frames: list[bytes] = []

    def hear(payload: str | bytes) -> None:
        frames.append(payload.encode() if isinstance(payload, str) else payload)

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    expect_rest(page)
    draw(page, path_of(7, CORNER))
    expect_rest(page)
    assert len([frame for frame in frames if weights[12_000:12_200] in frame]) == 1


@pytest.mark.usefixtures("trains")
def test_the_pen_learns_with_a_run_in_training(app: App, store: Store, page: Page) -> None:
    page.add_init_script(NOTE_LEARNED)
    with in_training(store, LONG, 20) as run_id:
        page.goto(f"{app.url}/draw?run={run_id}")
        until(lambda: len(set(page.evaluate("window.inklingLearned"))) > 1, "newer weights")


@pytest.fixture(scope="module")
def large_run(store: Store, mnist: ImageData) -> str:
    """Return a run whose weights take more than 500 KB."""
    config = RunConfig(
        model="mlp", hidden_sizes=(256,), train_size=4000, batch_size=50, epochs=1, eval_every=0
    )
    return store.add_finished_run(config, list(train(mnist, config, threads=1)), name="too large for the pen")


def test_a_large_model_answers_once_the_pen_is_lifted(app: App, page: Page, large_run: str) -> None:
    open_draw(page, app, large_run)
    bars = page.locator(".ink-bars").first
    workers = page.workers
    page.evaluate("""() => {
      window.inklingPale = 0;
      new MutationObserver(() => (window.inklingPale += document.querySelectorAll(".ink-bars.by-pen").length))
        .observe(document.querySelector(".st-key-answer_bars"), { attributes: true, subtree: true });
    }""")
    draw(page, path_of(1, MIDDLE))
    expect(page.locator(".ink-answer")).not_to_have_attribute("data-kind", "empty")
    expect(bars).to_have_attribute("aria-label", re.compile("^Probabilities: "))
    assert page.evaluate("window.inklingPale") == 0
    assert workers == []
