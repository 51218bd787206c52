"""From lifting the pen to the settled answer: `python -m benchmarks.stroke_to_answer [--run cnn-mnist] [--count 50]`.

Starts the app on a fresh store, draws digits with the mouse in Chromium at 280 x 280 px, and measures in the browser:
from the last mouseup of a drawing to the last change of the answer. Prints median, 95th percentile and maximum in ms.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from core.datasets import data_folder
from core.synthetic_digits import draw, random_hand, styles, template
from tests.browser import FLAGS, browser_path, end_app, start_app

PAD = "canvas.upper-canvas"
WATCH = """() => {
  window.inkling = { up: 0, changed: 0 };
  addEventListener("mouseup", () => (window.inkling.up = performance.now()), true);
  const inAnswer = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest(".st-key-answer");
  new MutationObserver((changes) => {
    if (changes.some((change) => inAnswer(change.target))) window.inkling.changed = performance.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="cnn-mnist")
    parser.add_argument("--count", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = start_app(data_folder(), Path(folder) / "inkling.db")
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        try:
            page = chromium.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{app.url}/draw?run={arguments.run}")
            expect(page.locator(PAD)).to_have_attribute("role", "application", timeout=60_000)
            times = measured(page, arguments.count)
        finally:
            chromium.close()
            end_app(app)
    middle, high = np.percentile(times, [50, 95])
    print(
        f"{arguments.run}: median {middle:.0f} ms, p95 {high:.0f} ms, longest {max(times):.0f} ms, n = {len(times)}"
    )


def measured(page: Page, count: int) -> list[float]:
    """Return the milliseconds from pen up to the settled answer, for `count` digits drawn one after another."""
    rng, times = np.random.default_rng(0), []
    page.evaluate(WATCH)
    answer = page.locator(".ink-answer")
    for i in range(-3, count):  # three to warm up
        digit = i % 10
        box = page.locator(PAD).bounding_box()
        assert box is not None
        ways = [template(digit, style) for style in range(styles(digit))]
        in_one = [path for path in ways if len(path) == 1]  # a second stroke may change no answer
        path = draw(in_one[int(rng.integers(len(in_one)))], random_hand(rng), rng)
        for stroke in path:
            points = [(box["x"] + x, box["y"] + y) for x, y in stroke[::2]]
            page.mouse.move(*points[0])
            page.mouse.down()
            for point in points[1:]:
                page.mouse.move(*point)
            page.mouse.up()
        page.wait_for_function("() => window.inkling.changed > window.inkling.up", timeout=20_000)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        if i >= 0:
            times.append(float(page.evaluate("window.inkling.changed - window.inkling.up")))
        page.get_by_role("button", name="Clear").click()
        expect(answer).to_have_attribute("data-kind", "empty")
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return times


if __name__ == "__main__":
    main()
