"""The demo screen's addresses: /demo is the page, /demo/begin a run from noise, /demo/answer what a drawing is read as.

Whoever reaches the app may look and draw: nothing that anybody made is read here, and nothing is kept.
"""

import asyncio
import random
from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any, Final

import numpy as np
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.config.app_settings import SettingsError
from core.datasets import DatasetError
from core.demo.screen import SCREENS, DemoAddressError, DemoScreen, read_screen
from core.demo.show import Show, ShowOverError
from core.i18n.catalogue import SOURCE, languages
from core.i18n.reader import Reader, read_by, reader
from core.i18n.translation import _
from core.runs import StoreError
from pages.demo.demo_page import demo_page
from pages.server.base_path import prefix_of
from pages.server.demo_shows import show_named
from pages.server.identity import DEMO
from pages.server.plain_page import plain_page, read_by_asker

SIDE_PX: Final = 140  # of a drawing as it comes: one byte of ink a pixel, row by row
MOST_AT_ONCE: Final = 8  # asked for what takes a thread; who comes later is told to come again
_NO_STORE: Final = {"cache-control": "no-store"}
_asked = 0


def demo_routes(base_path: str) -> list[Route]:
    """Return the routes under the address that the app has on its server ("" or "inkling")."""
    prefix = prefix_of(base_path)

    async def page(request: Request) -> Response:
        with read_by_asker(request.scope):
            try:
                screen = read_screen(request.query_params)
            except DemoAddressError as error:
                return plain_page(f"<p>{escape(str(error))}</p>", 400, title=_("Demo screen"))
            with read_by(Reader(screen.language or reader().language)):
                return demo_page(screen, prefix)

    return [
        Route(f"{prefix}/{DEMO}", page, methods=["GET"]),
        Route(f"{prefix}/{DEMO}/begin", _begin, methods=["POST"]),
        Route(f"{prefix}/{DEMO}/answer", _answer, methods=["POST"]),
    ]


async def _begin(request: Request) -> Response:
    """Begin a run unless one is under way, and say which it is."""
    screen = _screen_of(request)
    if screen is None:
        return _none(404)
    show = show_named(screen.name)
    if screen.spec.takes_ink:
        return JSONResponse({"run": show.begin().name}, headers=_NO_STORE)
    return await _aside(lambda: _begun(show))


async def _aside(work: Callable[[], dict[str, Any]]) -> Response:
    """Return what a thread makes of it; the server has few of them, and others wait for one, too."""
    global _asked
    if _asked >= MOST_AT_ONCE:
        return _none(429)
    _asked += 1
    try:
        return JSONResponse(await asyncio.to_thread(work), headers=_NO_STORE)
    except ShowOverError:
        return _none(410)
    except (DatasetError, StoreError, SettingsError) as error:
        return JSONResponse({"trouble": str(error)}, 503, _NO_STORE)
    except ValueError:  # neither a drawing nor the place of an image
        return _none(400)
    finally:
        _asked -= 1


def _begun(show: Show) -> dict[str, Any]:
    """Begin, and choose a test image of each class for people to ask about."""
    run, data = show.begin(), show.data()
    places = [int(random.choice(np.flatnonzero(data.test_labels == k))) for k in range(data.spec.n_classes)]
    random.shuffle(places)
    return {
        "run": run.name,
        "pictures": [[place, b64encode(data.test_images[place].tobytes()).decode()] for place in places],
    }


async def _answer(request: Request) -> Response:
    """Say what the run's model makes of a drawing, or of one of the test images that the page shows."""
    screen, body = _screen_of(request), await _body(request)
    if screen is None or body is None:
        return _none(404 if screen is None else 400)
    show, asked = show_named(screen.name), request.query_params
    language = asked.get("language", SOURCE)
    with read_by(Reader(language if language in languages() else SOURCE)):
        return await _aside(lambda: _answer_of(show, asked.get("run", ""), asked.get("image"), body))


def _answer_of(show: Show, run: str, image: str | None, body: bytes) -> dict[str, Any]:
    from core.demo.answer import answer_to  # which brings PyTorch: here, since the server starts without
    from core.prediction.predict import DatasetImage, Drawing, ModelInput

    predictor = show.predictor(run)
    subject: ModelInput
    if image is None:
        if len(body) != SIDE_PX**2:
            raise ValueError(len(body))  # not said: it is caught
        ink = np.frombuffer(body, np.uint8).reshape(SIDE_PX, SIDE_PX).astype(np.float32) / np.float32(255)
        subject = Drawing(ink)
    else:
        tests = show.data().test_images
        place = int(image)
        if not 0 <= place < len(tests):
            raise ValueError(image)  # not said: it is caught
        subject = DatasetImage(np.asarray(tests[place]))
    return answer_to(predictor, subject)


def _screen_of(request: Request) -> DemoScreen | None:
    return SCREENS.get(request.query_params.get("show", ""))


async def _body(request: Request) -> bytes | None:
    """Return what was sent, None for more than a drawing has, or for one that broke off."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > SIDE_PX**2:
                return None
    except ClientDisconnect:
        return None
    return body


def _none(status: int) -> Response:
    return JSONResponse({}, status, _NO_STORE)
