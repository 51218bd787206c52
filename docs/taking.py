"""How a picture of docs/images is taken: once the page stands still, and small enough for a repository."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Page

from core.access.rules import Actor, Role
from core.runs import Store
from tests.browser import App
from tests.visitors import cookie_of

IMAGES: Final = Path(__file__).parent / "images"
DESKTOP: Final = {"width": 1280, "height": 900}
LAPTOP: Final = {"width": 1366, "height": 768}
PHONE: Final = {"width": 390, "height": 844}
LARGEST_BYTES: Final = 120_000
AT_REST: Final = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
EXACT: Final = 64  # colours of a large picture


@dataclass(frozen=True)
class Shot:
    """A picture: its name, and the address it shows."""

    name: str
    address: str


@dataclass(frozen=True)
class Visitor:
    """A visitor of the app, in a browser, and the store as that visitor acts in it: the runs made there are theirs."""

    browser: Browser
    app: App
    store: Store
    cookie: str

    @classmethod
    def new(cls, browser: Browser, app: App, store: Store) -> "Visitor":
        """Return somebody who has not been here."""
        name = secrets.token_hex(8)
        return cls(browser, app, store.acting_as(Actor(Role.VISITOR, name)), cookie_of(store, name))

    def another(self) -> "Visitor":
        """Return somebody else, who has not been here either and has a browser profile of their own."""
        return self.new(self.browser, self.app, self.store)

    def page(self, size: dict[str, int] = DESKTOP, theme: str = "light", **device: Any) -> Page:
        """Return a page of a context of its own, which whoever asked closes."""
        look: dict[str, Any] = {"viewport": size, "color_scheme": theme, "device_scale_factor": 1, **device}
        context = self.browser.new_context(**look)
        name, _, value = self.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.app.url}])
        context.set_default_timeout(60_000)
        return context.new_page()

    def warm_up(self) -> None:
        """Wait until the first visitor is served: the images are unpacked then."""
        page = self.page()
        page.goto(self.app.url)
        page.locator(".ink-status").first.wait_for(timeout=120_000)
        page.context.close()

    def take(self, shot: Shot) -> None:
        """Take one picture in both themes and widths."""
        for theme in ("light", "dark"):
            for width, size in (("", DESKTOP), ("-phone", PHONE)):
                page = self.page(size, theme)
                page.goto(self.app.url + shot.address)
                snap(page, f"{shot.name}-{theme}{width}")
                page.context.close()


def snap(page: Page, name: str) -> None:
    """Take a picture of the page as it is, once it has settled."""
    settle(page)
    keep(page, name)


def keep(page: Page, name: str) -> None:
    """Take a picture of the page at once."""
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    kept_small(path)


def kept_small(path: Path) -> None:
    """Write the picture anew as small as it goes, in 256 colours where it is large."""
    picture = Image.open(path).convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        picture.quantize(256, palette=_palette(picture), dither=Image.Dither.NONE).save(path, optimize=True)


def _palette(picture: Image.Image) -> Image.Image:
    """Return colours for the picture: the commonest as they are, such as the paper's, and some for all the others."""
    counted = picture.getcolors(picture.width * picture.height) or []
    common = [colour for _count, colour in sorted(counted, reverse=True)[:EXACT]]
    others = picture.quantize(256 - EXACT, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*chain.from_iterable(common), *others][: 3 * 256])  # type: ignore[arg-type]
    return palette


def settle(page: Page) -> None:
    """Wait until the page has been drawn and nothing is stale any more."""
    page.get_by_test_id("stMain").wait_for(timeout=60_000)
    page.get_by_test_id("stStatusWidget").wait_for(state="hidden", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(AT_REST)
    until(lambda: page.locator("[data-stale='true']").count() == 0, 30)
    end_s = time.monotonic() + 1.2  # the tiles glide and the first tick arrives
    while time.monotonic() < end_s:
        page.evaluate("() => new Promise(requestAnimationFrame)")


def until(condition: Callable[[], bool], deadline_s: float = 120.0) -> None:
    """Return once `condition` holds.  Raises: TimeoutError."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError(f"not within {deadline_s} s")
        time.sleep(0.1)
