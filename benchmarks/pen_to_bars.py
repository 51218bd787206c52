"""How the bars follow the pen: `python -m benchmarks.pen_to_bars [--run cnn-mnist] [--digits 20] [--throttle 1]`.

Starts the app on a fresh store and draws digits with the mouse in Chromium, a point every 10 ms or so. Measured in the
browser while the pen is down: the time to the first bars, how often they move in a second, and how late events of the
pointer are heard. throttle: how many times slower the page's thread is to be; the worker's is not slowed by that.
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
  const seen = (window.inkling = { moves: [], late: [], bars: [], down: 0, up: 0 });
  const hear = (name, react) => addEventListener(name, react, { capture: true });
  const late = (event) => seen.late.push(performance.now() - event.timeStamp);
  hear("pointerdown", () => (seen.down = performance.now()));
  hear("pointermove", (event) => {
    if (!event.buttons) return;
    seen.moves.push(performance.now());
    late(event);
  });
  hear("pointerup", () => (seen.up = performance.now()));
  new MutationObserver(() => document.querySelector(".ink-bars.by-pen") && seen.bars.push(performance.now()))
    .observe(document.querySelector(".st-key-answer_bars"), { attributes: true, subtree: true });
}"""
FORGET = "() => Object.assign(window.inkling, { moves: [], late: [], bars: [], down: 0, up: 0 })"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="cnn-mnist")
    parser.add_argument("--digits", type=int, default=20)
    parser.add_argument("--throttle", type=float, default=1.0)
    parser.add_argument(
        "--still", action="store_true", help="let no worker answer: what the page costs without it"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = start_app(data_folder(), Path(folder) / "inkling.db")
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        try:
            page = chromium.new_page(viewport={"width": 1366, "height": 650})
            if arguments.still:
                page.add_init_script("window.Worker = class { postMessage() {} }")
            page.goto(f"{app.url}/draw?run={arguments.run}")
            expect(page.locator(PAD)).to_have_attribute("role", "application", timeout=60_000)
            expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
            page.wait_for_timeout(3000)
            slower = {"rate": arguments.throttle}
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", slower)
            print(measured(page, arguments.digits))
        finally:
            chromium.close()
            end_app(app)


def measured(page: Page, count: int) -> str:
    """Return what was measured, in words."""
    rng, first, since, gaps, rates, late = np.random.default_rng(0), [], [], [], [], []
    page.evaluate(WATCH)
    for i in range(count):
        digit = i % 10
        ways = [path for style in range(styles(digit)) if len(path := template(digit, style)) == 1]
        stroke = draw(ways[int(rng.integers(len(ways)))], random_hand(rng), rng)[0]
        seen = drawn(page, stroke)
        moves, bars = np.array(seen["moves"]), np.array(seen["bars"])
        bars = bars[bars < seen["up"]]
        if len(moves) > 9 and len(bars):
            first.append(max(0.0, float(bars[0] - moves[9])))
            since.append(float(bars[0] - seen["down"]))
        gaps.extend(np.diff(bars))
        late.extend(seen["late"])
        rates.append(len(bars) / (seen["up"] - seen["down"]) * 1000)
        page.get_by_role("button", name="Clear").click()
        expect(page.locator(".ink-answer")).to_have_attribute("data-kind", "empty")
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return (
        f"first bars after the tenth point: {quantiles(first)} ms, after the pen is put down: {quantiles(since)} ms; "
        f"bars a second: median {np.median(rates):.1f}, "
        f"fewest {min(rates):.1f}; from bars to bars: {quantiles(gaps)} ms; events late: {quantiles(late)} ms, "
        f"{sum(ms > 50 for ms in late)} of {len(late)} over 50 ms"
    )


def drawn(page: Page, stroke: np.ndarray) -> dict[str, list[float]]:
    """Draw a stroke; return when the pointer moved, when the bars did, and when the pen was put down and lifted."""
    box = page.locator(PAD).bounding_box()
    assert box is not None
    page.evaluate(FORGET)
    points = [(box["x"] + x, box["y"] + y) for x, y in stroke]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
        page.wait_for_timeout(6)
    page.mouse.up()
    seen: dict[str, list[float]] = page.evaluate("() => window.inkling")
    return seen


def quantiles(values: list[float]) -> str:
    """Return median, 95th percentile and the longest."""
    if not values:
        return "none"
    middle, high = np.percentile(values, [50, 95])
    return f"median {middle:.0f}, p95 {high:.0f}, longest {max(values):.0f}"


if __name__ == "__main__":
    main()
