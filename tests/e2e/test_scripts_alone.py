"""The pages' scripts in a browser without Streamlit: what they make of a message, in the reader's language."""

import base64
import re
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from core.figures.image_panels import Panel, panels_message
from core.figures.run_curves import Chart, Curves
from core.figures.weight_images import WeightImages
from core.i18n.reader import Reader, read_by
from core.live.messages import ChartStream, TileStream
from core.protocol.events import Evaluated, Started
from pages.components.assets import STATIC
from pages.evaluate import confusion_matrix

pytestmark = pytest.mark.e2e

MOUNT = """async ([script, data]) => {
  const bytes = typeof data === "string" ? Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)) : data;
  const parentElement = document.querySelector("#place");
  (await import(`/${script}`)).default({ parentElement, data: bytes, setTriggerValue() {} });
}"""
TOLD = """step => {
  const plot = document.querySelector(".ink-chart-plot");
  Plotly.Fx.hover(plot, { xval: step, yval: 50 }, "xy");
  return [...plot.querySelectorAll(".hoverlayer text")].map((text) => text.textContent).join(" | ");
}"""


def mounted(page: Page, script: str, data: bytes | dict[str, Any]) -> Page:
    """Return a page on which nothing but the script stands, having been given the data."""

    def serve(route: Route) -> None:
        name = urlsplit(route.request.url).path.strip("/")
        if name:
            route.fulfill(path=STATIC / name)
        else:
            style = '<!doctype html><link rel="stylesheet" href="/inkling.css">'
            place = f'{style}<div id="place" style="width:600px;height:300px"></div>'
            route.fulfill(content_type="text/html", body=place)

    page.route("http://localhost/**", serve)
    page.goto("http://localhost/")
    sent = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    page.evaluate(MOUNT, [script, sent])
    return page


def accuracies(*shares: float) -> Chart:
    curves = Curves("run-1")
    curves.add([Started(0, 3000, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)])
    curves.add([Evaluated(1000 * step, "test", 0.5, share) for step, share in enumerate(shares, 1)])
    return curves.accuracy_chart()


@pytest.mark.parametrize(
    ("language", "less", "everything", "step"),
    [("en", "over 99.9%", "100.0%", "2,000"), ("de", "over 99,9\xa0%", "100,0\xa0%", "2.000")],
)
def test_a_hover_says_all_of_all_alone(
    page: Page, language: str, less: str, everything: str, step: str
) -> None:
    with read_by(Reader(language)):
        mounted(page, "chart.js", ChartStream("c").message(accuracies(0.5, 0.9999, 1.0)))
    page.wait_for_selector(".ink-chart-plot .main-svg")
    told = page.evaluate(TOLD, 2000)
    assert less in told
    assert step in told
    assert everything not in told
    page.wait_for_function(f"everything => ({TOLD})(3000).includes(everything)", arg=everything)
    expect(page.locator(".ink-chart-labels b").last).to_have_text(everything)


def test_the_matrix_says_what_each_cell_counts(page: Page) -> None:
    counts, shades = [[1015, 17], [0, 0]], [["#fff", "#fff"], ["#fff", "#fff"]]
    data = {"counts": counts, "labels": ["2", "8"], "totals": [1032, 0], "shades": shades, "inks": shades}
    data |= {"alt": "A matrix.", "chosen": None, "words": confusion_matrix._words()}
    mounted(page, "matrix.js", data)
    expect(page.get_by_role("button", name="2 predicted as 2: 1,015 (98.4% of 2)")).to_have_text("1,015")
    untested = page.get_by_role("button", name="8 was never tested: it has no test images.")
    expect(untested).to_have_text(["", ""])


def test_a_pixel_is_read_out_with_its_place_and_its_panel(page: Page) -> None:
    image = np.full((1, 2, 2), 128, np.uint8)
    weights = np.array([[[0.5, -0.25], [0.00001, 0.1]]])
    mounted(
        page,
        "pixels.js",
        panels_message([Panel(image, "Sneaker"), Panel(weights, quantity="weight")], px=100),
    )
    grid, said = page.get_by_label("Pixels. The arrow keys read them one by one."), page.get_by_role("status")
    grid.press("ArrowDown")
    expect(said).to_have_text("Sneaker, row 1, column 0: pixel 128 of 255")
    grid.press("ArrowRight")
    grid.press("ArrowRight")
    expect(said).to_have_text("Row 1, column 0: weight 0.0000")
    grid.press("ArrowUp")
    grid.press("ArrowRight")
    expect(said).to_have_text("Row 0, column 1: weight −0.2500")


def test_weight_images_say_their_step_and_the_ends_of_their_scale(page: Page) -> None:
    pictures = WeightImages(np.full((1, 784), 0.1), (1, 28, 28), ["{step:fill} 7"], step=12_000, limit=0.63)
    mounted(page, "tiles.js", TileStream("t").message(pictures))
    tiles = page.get_by_role("img")
    expect(tiles).to_have_attribute(
        "aria-label", "Weight images at training step 12,000: {step:fill} 7. Red speaks for, blue against."
    )
    expect(page.locator(".ink-tiles-scale")).to_have_text("speaks against −0.63+0.63 speaks for")
    tiles.locator("canvas").first.hover(position={"x": 1, "y": 1})
    expect(page.locator(".ink-tiles-scale")).to_have_text("{step:fill} 7, row 0, column 0: about +0.084")


def test_another_models_classes_stand_at_once_while_the_pen_is_down(page: Page) -> None:
    def message(names: str) -> dict[str, Any]:
        return {"rows": [[name, 0, "", "black"] for name in names], "best": -1, "alt": "", "heard": [0, 0]}

    by_pen = re.compile("by-pen")
    mounted(page, "bars.js", message("012"))
    follow = """async () => {
      const { barsIn } = await import("/bars.js");
      barsIn(document.querySelector("#place")).follow([0, 0.1, 0.9], (share) => `${share}`);
    }"""
    page.evaluate(follow)
    expect(page.locator(".ink-bar.best")).to_have_text("20.9")
    page.evaluate(
        MOUNT, ["bars.js", message("012") | {"alt": "what the server says of the same model waits"}]
    )
    expect(page.locator(".ink-bars")).to_have_class(by_pen)
    page.evaluate(MOUNT, ["bars.js", message("abc")])
    page.evaluate(follow)
    expect(page.locator(".ink-bars")).to_have_class(by_pen)
    expect(page.locator(".ink-bar.best")).to_have_text("c0.9")
