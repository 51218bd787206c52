"""How long a visitor waits: `python -m benchmarks.latency [--presses 20]`.

In a real browser: from the app's start to a Train page that can be used, from pressing Train to the first point of the
curve painted, for the first run after the start and for the runs after it; and what the app imports, by cost.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.app_process import BROWSER_FLAGS, ROOT, App, running_app
from core.datasets.data_dir import data_folder
from tests.browser import browser_path

PRESS = """() => new Promise((resolve) => {
  const button = document.querySelector('.st-key-run_buttons button');
  const began = performance.now();
  const look = () => {
    const plots = [...document.querySelectorAll('.js-plotly-plot')];
    const points = plots.some((p) => (p.data || []).some((t) => (t.x || []).length > 0));
    if (points) requestAnimationFrame(() => resolve(performance.now() - began));
    else requestAnimationFrame(look);
  };
  button.click();
  look();
})"""
IMPORTS = (
    "import json, os, sys\n"
    "from pages.server import warmup\n"
    "warmup.preload_libraries = lambda: None  # what comes after the page\n"
    "from streamlit.testing.v1 import AppTest\n"
    "AppTest.from_file('app.py', default_timeout=120).run()\n"
    "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), flush=True)\n"
    "sys.stderr.flush()\n"
    "os._exit(0)\n"
)

UNWANTED = (
    "torch",
    "pandas",
    "sklearn",
    "captum",
    "matplotlib",
    "optuna",
    "onnx",
    "tensorboard",
    "skimage",
    "torchvision",
)


def open_page(browser: Browser, app: App) -> Page:
    """Return the Train page of a new visitor, its Train button ready."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(app.url)
    page.locator(".st-key-run_buttons button").first.wait_for(timeout=60_000)
    return page


def press_train(browser: Browser, app: App) -> float:
    """Return the seconds from pressing Train to the first point painted, for a new visitor; then stop the run."""
    page = open_page(browser, app)
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    waited_s = page.evaluate(PRESS) / 1000
    page.context.close()
    for run in app.store.list(limit=1):
        app.store.order(run.id, command="stop")
    return float(waited_s)


def imports() -> str:
    """Return a table of what one visit to the Train page imports, and what it should not."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "INKLING_DATA": str(data_folder(None)),
            "INKLING_STORE": f"sqlite:///{Path(folder) / 'inkling.db'}",
        }
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", IMPORTS],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    loaded = done.stdout.strip().splitlines()[-1]
    costs: dict[str, float] = {}
    for line in done.stderr.splitlines():
        if not line.startswith("import time:") or "self [us]" in line:
            continue
        own, _, name = (part.strip() for part in line.removeprefix("import time:").split("|"))
        top = name.partition(".")[0]
        costs[top] = costs.get(top, 0.0) + float(own) / 1000
    dearest = sorted(costs.items(), key=lambda item: -item[1])[:14]
    rows = [f"| {name} | {ms:.0f} |" for name, ms in dearest]
    rows.append(f"| all others | {sum(costs.values()) - sum(ms for _, ms in dearest):.0f} |")
    unwanted = [name for name in UNWANTED if f'"{name}"' in loaded]
    verdict = "None of" if not unwanted else f"Loaded ({', '.join(unwanted)}) of"
    return "\n".join(
        [
            "| imported | own ms |",
            "|---|---:|",
            *rows,
            "",
            f"{verdict} {', '.join(UNWANTED)} by a first visit.",
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--presses", type=int, default=20)
    parser.add_argument("--starts", type=int, default=3)
    options = parser.parse_args()
    cold, first, warm = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
        for start in range(options.starts):
            with running_app() as app:
                open_page(browser, app).context.close()
                cold.append(time.perf_counter() - app.started)
                first.append(press_train(browser, app))
                if start == 0:
                    warm = [press_train(browser, app) for _ in range(options.presses)]
        browser.close()
    print("| | median s | slowest s |\n|---|---:|---:|")
    for what, times in (
        ("cold start to a usable Train page", cold),
        ("Train pressed to first point painted, first run after the start", first),
        (f"Train pressed to first point painted, {len(warm)} runs after it", warm),
    ):
        print(f"| {what} | {statistics.median(times):.2f} | {max(times):.2f} |")
    print()
    print(imports())


if __name__ == "__main__":
    main()
