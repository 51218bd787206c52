"""The live chart and the weight tiles in a real browser: no flicker, zoom kept, few bytes, one host."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from core.live.news import MESSAGE_BYTES
from tests.browser import ROOT, free_port, is_healthy
from tests.core.figures.conftest import SmallRun, small_run  # noqa: F401  (a fixture)
from tests.polling import until

pytestmark = pytest.mark.e2e

# Looks at every frame: both charts hold their curve, all ten tiles are painted, nothing was mounted anew.
EVERY_FRAME = """() => {
  const first = [...document.querySelectorAll(".ink-chart, .ink-tiles, .ink-chart-plot .main-svg")];
  const seen = (window.__seen = { frames: 0, incomplete: 0, replaced: 0 });
  const look = () => {
    seen.frames++;
    const tiles = [...document.querySelectorAll(".ink-tiles figure canvas")];
    const pixels = (tile) => tile.getContext("2d").getImageData(0, 0, 28, 28).data;
    const painted = tiles.filter((tile) => new Set(pixels(tile).filter((_, i) => i % 4 === 0)).size > 2);
    const curves = document.querySelectorAll(".ink-chart-plot .scatterlayer .trace path.js-line");
    if (tiles.length !== 10 || painted.length !== 10 || curves.length < 4) {
      seen.incomplete++;
      seen.why = [tiles.length, painted.length, curves.length];
    }
    if (first.some((element) => !element.isConnected)) seen.replaced++;
    requestAnimationFrame(look);
  };
  look();
}"""
CURVES = "document.querySelectorAll('.ink-chart-plot .scatterlayer .trace path.js-line').length"
POINTS = "() => Math.max(...[...document.querySelectorAll('.ink-chart-plot')].map((p) => p.data?.[0]?.x?.length ?? 0))"
X_RANGE = "() => document.querySelector('.ink-chart-plot').layout.xaxis.range"


@pytest.fixture(scope="module")
def address(
    small_run: SmallRun,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Return the address of a running page that plays the recorded run."""
    folder = tmp_path_factory.mktemp("recorded")
    for name in ("pages/static", ".streamlit"):
        (folder / Path(name).name).symlink_to(ROOT / name)
    for name in ("recorded_app.py", "recorded_page.py"):
        (folder / name).write_text((Path(__file__).parent / name).read_text())
    record = folder / "record.npz"
    np.savez(
        record,
        losses=small_run.losses,
        accuracies=small_run.accuracies,
        weights=small_run.weights.astype("f4"),
    )
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "recorded_app.py", "--server.port", str(port)],
        cwd=folder,
        env=os.environ | {"INKLING_ROOT": str(ROOT), "INKLING_RECORD": str(record)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://localhost:{port}"
    try:
        until(lambda: is_healthy(url), "the page to answer")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector(".ink-chart-plot .main-svg")
    page.wait_for_selector(".ink-tiles figure canvas")
    return page


def playing(page: Page, steps: int) -> None:
    """Press Play and return when the chart holds that many steps."""
    page.get_by_role("button", name="Play").click()
    wait_for_steps(page, steps)


def wait_for_steps(page: Page, steps: int) -> None:
    page.wait_for_function(f"() => ({POINTS})() >= {steps}")


def test_news_neither_flicker_nor_remount_nor_lose_the_zoom(page: Page, address: str) -> None:
    playing(opened(page, address), 20)
    plot = page.locator(".ink-chart-plot").first
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 80, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 150, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="whole run").first).to_be_visible()
    zoomed = page.evaluate(X_RANGE)
    page.wait_for_function(f"() => {CURVES} >= 4")  # of an evaluation that is alone there is no line
    page.evaluate(EVERY_FRAME)
    wait_for_steps(page, 120)
    seen = page.evaluate("() => window.__seen")
    assert seen["frames"] > 10
    assert (seen["incomplete"], seen["replaced"]) == (0, 0), seen
    assert page.evaluate(X_RANGE) == zoomed
    page.get_by_role("button", name="whole run").first.click()
    page.wait_for_function(f"() => ({X_RANGE})()[0] === 0")


def test_news_cost_few_bytes_and_none_cost_none(page: Page, address: str) -> None:
    frames: list[bytes] = []
    live: set[str] = set()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.webSocketCreated",
        lambda event: live.add(event["requestId"]) if event["url"].endswith("/live") else None,
    )
    devtools.on(
        "Network.webSocketFrameReceived",
        lambda event: (
            frames.append(base64.b64decode(event["response"]["payloadData"]))
            if event["requestId"] in live
            else None
        ),
    )
    playing(opened(page, address), 120)
    page.wait_for_function("() => document.querySelector('.ink-tiles').dataset.step === '120'")
    whole, *news = [len(frame) for frame in frames if frame]
    assert whole > MESSAGE_BYTES
    assert len(news) >= 6
    assert max(news) <= MESSAGE_BYTES, news
    until(lambda: page.evaluate("1") and b"" in frames, "a beat, which comes where nothing was sent for long")


def test_the_chart_says_in_words_what_it_shows(page: Page, address: str, small_run: SmallRun) -> None:  # noqa: F811
    playing(opened(page, address), 120)
    plot = page.locator(".ink-chart-plot").first
    expect(plot).to_have_attribute("aria-label", re.compile("Training loss after step 120 of 120: "))
    page.wait_for_function("() => document.querySelector('.ink-tiles').dataset.step === '120'")
    expect(page.locator("[data-part=step]")).to_have_text("step 120")
    expect(page.locator("[data-part=bar]")).to_have_attribute("style", "width:100%")
    assert "at training step 120" in (page.locator(".ink-tiles").get_attribute("aria-label") or "")
    shown = page.evaluate("() => document.querySelector('.ink-chart-plot').data[0].y")
    assert np.abs(np.array(shown) - small_run.losses).max() < 1e-3


def test_another_page_and_back_shows_every_point_again(page: Page, address: str) -> None:
    playing(opened(page, address), 40)
    page.get_by_role("link", name="Elsewhere").click()
    expect(page.get_by_text("The theme is light.")).to_be_visible()
    page.get_by_role("link", name="Watch").click()
    wait_for_steps(page, 41)
    steps = page.evaluate("() => document.querySelector('.ink-chart-plot').data[0].x")
    assert steps == list(range(1, len(steps) + 1))


def test_a_message_that_never_arrives_is_noticed_and_made_good(page: Page, address: str) -> None:
    dropped: list[int] = []

    def lose_one(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if isinstance(message, bytes) and b'"keys":["batch"' in message and not dropped:
                dropped.append(len(message))
            else:
                socket.send(message)

        server.on_message(pass_on)

    page.route_web_socket(re.compile("/live$"), lose_one)
    playing(opened(page, address), 60)
    assert dropped
    for chart in (0, 1):
        steps = page.evaluate(f"() => document.querySelectorAll('.ink-chart-plot')[{chart}].data[0].x")
        assert steps == list(range(1, len(steps) + 1))


def test_a_dark_page_repaints_without_a_remount(page: Page, address: str) -> None:
    playing(opened(page, address), 120)
    page.wait_for_function(f"() => {CURVES} >= 4")
    page.evaluate(EVERY_FRAME)
    tile = "document.querySelector('.ink-tiles figure canvas')"
    corner = f"() => [...{tile}.getContext('2d').getImageData(0, 0, 1, 1).data]"
    light = page.evaluate(corner)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({corner})()[0] < 120")
    assert light[0] > 150
    seen = page.evaluate("() => window.__seen")
    assert (seen["incomplete"], seen["replaced"]) == (0, 0), seen


def test_the_keyboard_zooms_and_comes_back(page: Page, address: str) -> None:
    playing(opened(page, address), 10)
    whole = page.evaluate(X_RANGE)
    page.locator(".ink-chart-plot").first.focus()
    page.keyboard.press("+")
    page.wait_for_function(f"() => ({X_RANGE})()[0] > {whole[0] + 1}")
    page.keyboard.press("0")
    page.wait_for_function(f"() => ({X_RANGE})()[0] === 0")
    assert page.evaluate(X_RANGE) == whole


def test_the_log_scale_is_a_switch_of_the_chart(page: Page, address: str) -> None:
    playing(opened(page, address), 10)
    switch = page.get_by_role("button", name="log scale")
    expect(switch).to_have_count(1)  # accuracy has none
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => document.querySelector('.ink-chart-plot').layout.yaxis.type === 'log'")


def test_a_phone_shows_two_rows_of_five_without_sideways_scroll(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=3)
    page = opened(context.new_page(), address)
    boxes = [canvas.bounding_box() for canvas in page.locator(".ink-tiles figure canvas").all()]
    assert len({round(box["y"]) for box in boxes if box}) == 2
    assert all(box and box["width"] >= 56 and box["x"] + box["width"] <= 390 for box in boxes)
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 390
    context.close()


def test_the_page_asks_nobody_but_its_own_host(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    playing(opened(page, address), 20)
    assert len(asked) > 20
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}, json.dumps(sorted(hosts))
