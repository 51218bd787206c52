"""What a browser paints while a run trains: `python -m benchmarks.frames [--seconds 10] [--rounds 3]`.

In a real browser, as it is and slowed down four-fold: frames a second in which pixels of the weight images, read back,
or the path of the loss's curve changed; and, for as long without that reading, the share of the time in which its
main thread was busy. Then how long going from page to page takes, until the other page stands.
"""

import argparse
import asyncio
import statistics

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.app_process import BROWSER_FLAGS, App, begun, running_app
from tests.browser import browser_path

LAPTOP = {"width": 1366, "height": 650}
SLOWER = 4  # times, as a cheap laptop or a phone is
SETTLED_MS = 5_000
PAGES = ("Train", "Weights", "Evaluate", "Data", "Runs", "Weights", "Train", "Draw", "Train")

COUNT = """() => {
  const seen = window.seen = {tiles: 0, chart: 0, began: performance.now()};
  let tiles, chart;
  const look = () => {
    const pixels = [...document.querySelectorAll(".ink-tiles figure canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Uint32Array(data.buffer).reduce((hash, pixel) => (Math.imul(hash, 31) + pixel) | 0, 0);
    }).join();
    const paths = [...document.querySelectorAll(".st-key-loss .js-line")].map((path) => path.getAttribute("d")).join();
    if (tiles !== undefined && pixels !== tiles) seen.tiles++;
    if (chart !== undefined && paths !== chart) seen.chart++;
    [tiles, chart] = [pixels, paths];
    if (window.seen === seen) requestAnimationFrame(look);
  };
  look();
}"""
COUNTED = """() => {
  const { tiles, chart, began } = window.seen, seconds = (performance.now() - began) / 1000;
  window.seen = null;
  return [tiles / seconds, chart / seconds];
}"""
STANDS = """(title) => document.title.startsWith(title) && !window.__inklingUndrawn().length
  && document.querySelector('.stApp[data-test-script-state="notRunning"]')
  && !document.querySelector("[data-testid=stSkeleton]")"""
SWITCH = f"""(name) => new Promise((resolve) => {{
  const stands = {STANDS}, began = performance.now();
  const told = () => resolve(performance.now() - began);
  const look = () => requestAnimationFrame(stands(name) ? told : look);
  [...document.querySelectorAll("[data-testid=stTopNavLink]")].find((a) => a.textContent.includes(name)).click();
  requestAnimationFrame(look);
}})"""


def watching(browser: Browser, app: App, run_id: str) -> Page:
    """Return the Train page of a new visitor who watches the run."""
    page = browser.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    page.goto(f"{app.url}/?run={run_id}")
    page.locator(".st-key-loss .js-line").first.wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    return page


def painted(page: Page, slower: int, seconds: float) -> tuple[float, float, float]:
    """Return (frames a second of the weight images, of the loss's curve, share of the time the main thread is busy)."""
    chrome = page.context.new_cdp_session(page)
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    chrome.send("Performance.enable")

    def busy_s() -> tuple[float, float]:
        found = {
            metric["name"]: metric["value"] for metric in chrome.send("Performance.getMetrics")["metrics"]
        }
        return found["TaskDuration"], found["Timestamp"]

    began = busy_s()
    page.wait_for_timeout(1000 * seconds)
    busy, took = (end - start for start, end in zip(began, busy_s(), strict=True))
    page.evaluate(COUNT)
    page.wait_for_timeout(1000 * seconds)
    tiles, chart = page.evaluate(COUNTED)
    chrome.detach()
    return tiles, chart, busy / took


def switches_ms(page: Page) -> list[float]:
    """Return how long going to each of PAGES takes, once each has been there."""
    waits = []
    for is_first in (True, False):
        for name in PAGES[1:]:
            wait_ms = page.evaluate(SWITCH, name)
            if not is_first:
                waits.append(wait_ms)
            page.wait_for_timeout(500)
    return waits


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    measured: dict[int, list[tuple[float, float, float]]] = {1: [], SLOWER: []}
    with running_app() as app:
        (run_id,) = asyncio.run(begun(app, 1))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
            for _ in range(options.rounds):
                for slower, rows in measured.items():
                    page = watching(browser, app, run_id)
                    rows.append(painted(page, slower, options.seconds))
                    page.context.close()
            waits = switches_ms(watching(browser, app, run_id))
            browser.close()
    print("| browser | weight images, frames a second | curve, frames a second | main thread busy |")
    print("|---|---:|---:|---:|")
    for slower, rows in measured.items():
        tiles, chart, busy = map(statistics.median, zip(*rows, strict=True))
        name = f"slowed down {slower} times" if slower > 1 else "as it is"
        print(f"| {name} | {tiles:.0f} | {chart:.1f} | {100 * busy:.0f}% |")
    print(
        f"\nFrom page to page: median {statistics.median(waits):.0f} ms, slowest {max(waits):.0f}, {len(waits)} times."
    )


if __name__ == "__main__":
    main()
