"""The check of a device in a real browser: all is well here; and for each thing that is not, the remedy is said."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Route, expect

from tests.browser import FLAGS, App, browser_path, end_app, start_app
from tests.e2e.test_accessible import SIZES_AND_THEMES, Look
from tests.policy import launched
from tests.polling import until

pytestmark = pytest.mark.e2e
HOST: Final = "lab.example"  # a name that browsers do not take for their own computer's
CHECKS: Final = ("socket", "delay", "cookies", "browser", "screen", "pointer", "camera")
MINUTE_MS: Final = 60_000
WORDS: Final = {
    "wait": "Checking …",
    "open": "Not tried yet",
    "good": "Good",
    "fair": "Not ideal",
    "bad": "Does not work",
}
NO_DECOMPRESSION: Final = "delete window.DecompressionStream"
NO_CONTAINERS: Final = (
    "const has = CSS.supports; CSS.supports = (...asked) => asked.length < 2 && has(...asked)"
)
NO_CAMERA: Final = "navigator.mediaDevices.enumerateDevices = async () => []"
REFUSED: Final = (
    "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }"
)
IN_USE: Final = (
    "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError') }"
)


@pytest.fixture(scope="module")
def filmed(chromium: BrowserType) -> Iterator[Browser]:
    """Return a browser with a camera, which gives a film; at HOST it finds this computer."""
    film = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    started = launched(
        chromium,
        executable_path=browser_path(),
        args=[*FLAGS, *film, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
    )
    yield started
    started.close()


@pytest.fixture
def device(filmed: Browser) -> Iterator[BrowserContext]:
    context = filmed.new_context(locale="en-GB", viewport={"width": 820, "height": 1180})
    yield context
    context.close()


def answering_in(page: Page, ms: float) -> None:
    """Have the page's clock go on by so much at each look: each answer takes as long, however busy we are."""
    page.add_init_script(f"{{ let now = 0; performance.now = () => (now += {ms}) }}")


def check(page: Page, app: App, host: str = "localhost", ms: float = 20) -> None:
    answering_in(page, ms)
    page.goto(f"{app.url.replace('localhost', host)}/room-check")


def goes_on(page: Page) -> bool:
    """Have a second pass on the page, whose clock stands otherwise."""
    page.clock.run_for(1_000)
    return True


def expect_line(page: Page, name: str, state: str, told: str) -> None:
    """Check what the line says: its shape, its word and its sentence."""
    line = page.locator(f"#{name}")
    expect(line.get_by_role("paragraph").or_(line.get_by_role("status")).first).to_have_text(re.compile(told))
    expect(line).to_have_attribute("data-state", state)
    expect(line.locator("b")).to_have_text(WORDS[state])


def expect_whole(page: Page, told: str) -> None:
    expect(page.get_by_role("status").first).to_have_text(told)


def expect_good_but(page: Page, *names: str) -> None:
    for name in {*CHECKS} - {*names} - {"pointer", "camera"}:
        expect(page.locator(f"#{name}")).to_have_attribute("data-state", "good")


def test_all_is_well_here(app: App, device: BrowserContext) -> None:
    page, asked = device.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    check(page, app)
    expect_whole(page, "This device is ready.")
    expect_line(page, "socket", "good", "arrives as it happens")
    expect_line(page, "delay", "good", "^The server answers in 20 ms, the median of 10 questions.$")
    expect_line(page, "cookies", "good", "keeps the cookie")
    expect_line(page, "browser", "good", "has all")
    expect_line(
        page, "screen", "good", r"^This window is 820 × 1180 pixels. The device asks for light colours.$"
    )
    expect_line(page, "pointer", "open", "has a mouse, a trackpad or a pen")
    expect_line(page, "camera", "open", "There is a camera")
    assert len([url for url in asked if url.endswith("_stcore/health")]) == 10
    assert all(url.startswith((app.url, "blob:")) for url in asked)
    page.get_by_role("link", name="Join a class").click()
    page.get_by_role("link", name="Check this device").click()
    expect_whole(page, "This device is ready.")


def test_a_line_and_the_camera_are_tried(app: App, device: BrowserContext) -> None:
    page = device.new_page()
    page.clock.install(time=0)
    check(page, app)
    expect_whole(page, "This device is ready.")
    page.clock.pause_at(10 * MINUTE_MS)  # the picture stays until it is told that time goes on
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.up()
    expect_line(page, "pointer", "open", "trackpad")
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 80, steps=5)
    page.mouse.up()
    expect_line(page, "pointer", "good", "^A line arrived, drawn by a mouse or a trackpad.$")
    page.get_by_role("button", name="Try the camera").press("Enter")
    expect(page.locator("video")).to_be_visible()
    expect_line(page, "camera", "open", "^Allow the camera")
    until(lambda: page.evaluate("document.querySelector('video').currentTime > 0"), "the film to play")
    until(lambda: goes_on(page) and page.locator("video").is_hidden(), "the camera to be off")
    expect_line(page, "camera", "good", "It is off again")
    expect(page.locator("video")).to_be_hidden()
    expect(page.get_by_role("button", name="Try the camera")).to_be_focused()
    assert page.evaluate("document.querySelector('video').srcObject") is None
    expect_whole(page, "This device is ready.")


@pytest.mark.parametrize("kind", ["touch", "pen"])
def test_it_says_by_what_a_line_was_drawn(app: App, filmed: Browser, kind: str) -> None:
    context = filmed.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    page = context.new_page()
    check(page, app)
    expect_line(page, "pointer", "open", "^The device says that it has a touchscreen.$")
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box
    tools = context.new_cdp_session(page)
    for step, name in enumerate(("Start", "Move", "Move", "End")):
        x, y = box["x"] + 40 + 30 * step, box["y"] + 50
        if kind == "touch":
            points = [] if name == "End" else [{"x": x, "y": y}]
            tools.send("Input.dispatchTouchEvent", {"type": f"touch{name}", "touchPoints": points})
        else:
            told = {"Start": "mousePressed", "Move": "mouseMoved", "End": "mouseReleased"}[name]
            pen = {"pointerType": "pen", "button": "left", "buttons": 1, "clickCount": 1}
            tools.send("Input.dispatchMouseEvent", {"type": told, "x": x, "y": y, **pen})
    by = {"touch": "by touch", "pen": "by a pen"}[kind]
    expect_line(page, "pointer", "good", f"^A line arrived, drawn {by}.$")
    context.close()


def test_by_http_it_says_why_there_is_no_camera(app: App, device: BrowserContext) -> None:
    page = device.new_page()
    check(page, app, HOST)
    expect_line(page, "camera", "fair", "encrypted pages alone .https.*Photos can still be taken")
    expect(page.get_by_role("button", name="Try the camera")).to_be_hidden()
    expect_good_but(page)
    expect_whole(page, "It will do, but see below.")


@pytest.mark.parametrize(
    ("script", "state", "told"),
    [
        (NO_CAMERA, "fair", "has no camera. Photos can still be uploaded"),
        (REFUSED, "bad", "The camera was refused. Allow it for this page"),
        (IN_USE, "bad", "Close other programs that may use it"),
    ],
)
def test_a_camera_that_is_not_to_be_had(
    app: App, device: BrowserContext, script: str, state: str, told: str
) -> None:
    page = device.new_page()
    page.add_init_script(script)
    check(page, app)
    if script != NO_CAMERA:
        page.get_by_role("button", name="Try the camera").click()
    expect_line(page, "camera", state, told)


@pytest.mark.parametrize("way", ["closed", "silent"])
def test_without_websockets_it_says_who_can_help(app: App, device: BrowserContext, way: str) -> None:
    page = device.new_page()
    page.clock.install()
    page.route_web_socket(re.compile("/live$"), lambda socket: socket.close() if way == "closed" else None)
    check(page, app)
    expect_good_but(page, "socket")
    if way == "silent":
        expect_line(page, "socket", "wait", "^$")
        expect_whole(page, "Checking this device …")
        page.clock.run_for(8_000)
    host = app.url.removeprefix("http://")
    expect_line(page, "socket", "bad", f"let WebSockets through to {host}.$")
    expect_whole(page, "Something does not work here.")


@pytest.mark.parametrize(
    ("ms", "state", "told"),
    [(250, "fair", "in 250 ms.*Move nearer"), (600, "bad", "in 600 ms.*too slow.*a cable")],
)
def test_a_slow_network_has_remedies(
    app: App, device: BrowserContext, ms: float, state: str, told: str
) -> None:
    page = device.new_page()
    check(page, app, ms=ms)
    expect_line(page, "delay", state, told)
    expect_good_but(page, "delay")
    whole = {"fair": "It will do, but see below.", "bad": "Something does not work here."}[state]
    expect_whole(page, whole)


def test_a_server_that_does_not_answer_is_looked_for(app: App, device: BrowserContext) -> None:
    page = device.new_page()
    page.route("**/_stcore/health", lambda route: route.abort("internetdisconnected"))
    check(page, app)
    expect_line(page, "delay", "bad", "does not answer.*same network")
    expect_whole(page, "Something does not work here.")


def test_a_browser_that_keeps_no_cookies_is_told(app: App, device: BrowserContext) -> None:
    def forget_first(route: Route) -> None:
        device.clear_cookies()
        route.continue_()

    page = device.new_page()
    page.route("**/room-check/cookie", forget_first)
    check(page, app)
    expect_line(page, "cookies", "bad", "sends Inkling no cookies.*Allow them for this page")
    assert not [cookie for cookie in device.cookies() if cookie.get("name", "").startswith("inkling")]
    expect_good_but(page, "cookies")


@pytest.mark.parametrize(
    ("script", "state", "told"),
    [
        (NO_DECOMPRESSION, "bad", "too old for Inkling.*Firefox 121"),
        (NO_CONTAINERS, "fair", "may look odd.*Firefox 121"),
    ],
)
def test_an_old_browser_is_told_what_is_new_enough(
    app: App, device: BrowserContext, script: str, state: str, told: str
) -> None:
    page = device.new_page()
    page.add_init_script(script)
    check(page, app)
    expect_line(page, "browser", state, told)


def test_a_narrow_screen_may_be_turned(app: App, browser: Browser) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 600}, color_scheme="dark", reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    check(page, app)
    expect_line(page, "screen", "fair", "320 × 600.*Turn the device.*dark colours. It asks for less motion")
    page.set_viewport_size({"width": 600, "height": 320})
    expect_line(page, "screen", "good", "^This window is 600 × 320 pixels.")
    context.close()


@pytest.mark.long
def test_under_a_base_path_all_is_well(app: App, device: BrowserContext, tmp_path: Path) -> None:
    own = start_app(app.data, tmp_path / "inkling.db", base_path="inkling")
    try:
        page = device.new_page()
        check(page, own)
        expect_whole(page, "This device is ready.")
    finally:
        end_app(own)


@pytest.mark.parametrize("size_and_theme", SIZES_AND_THEMES)
def test_nothing_grave_is_found_on_it(app: App, filmed: Browser, size_and_theme: tuple[Any, str]) -> None:
    size, theme = size_and_theme
    context = filmed.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce", locale="en-GB")
    look = Look(context.new_page(), app)
    for host, ms in (("localhost", 20), (HOST, 600)):  # all three shapes
        check(look.page, app, host, ms)
        expect(look.page.get_by_role("status").first).not_to_have_attribute("data-state", "wait")
        look.plain()
        assert look.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    assert "\n\n".join(look.faults.values()) == ""
    context.close()
