"""The page that a device opens before a lesson: what Inkling needs of it, each tried, with the remedy in words.

It is at /room-check; pages/static/room_check.js tries what is named here and says of each the sentence that fits.
"""

import asyncio
import json
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.config.app_settings import SettingsError
from core.i18n.translation import N_, Sentences, _
from core.runs import StoreError
from pages.classroom.join_routes import JOIN, ROOM_CHECK
from pages.components.assets import static_file
from pages.server.base_path import prefix_of
from pages.server.cookies import lab
from pages.server.identity import browser_of
from pages.server.plain_page import plain_page, read_by_asker

TITLES: Final = Sentences(
    {
        "socket": N_("Live connection (WebSocket)"),
        "delay": N_("Delay"),
        "cookies": N_("Cookies"),
        "browser": N_("Browser"),
        "screen": N_("Screen"),
        "pointer": N_("Touch, pen or mouse"),
        "camera": N_("Camera"),
    }
)
STATES: Final = Sentences(
    {
        "wait": N_("Checking …"),
        "open": N_("Not tried yet"),
        "good": N_("Good"),
        "fair": N_("Not ideal"),
        "bad": N_("Does not work"),
    }
)
VERDICTS: Final = Sentences(
    {
        "wait": N_("Checking this device …"),
        "good": N_("This device is ready."),
        "fair": N_("It will do, but see below."),
        "bad": N_("Something does not work here."),
    }
)
# What the script says, by a check and what came of it. {…} is for the script to fill in.
FOUND: Final = Sentences(
    {
        "socket_good": N_("What moves on a page arrives as it happens."),
        "socket_bad": N_(
            "Nothing arrives by WebSocket, and without it no page opens. If the delay below is good, a proxy or a "
            "firewall in between stops it. For whoever runs the network: let WebSockets through to {host}."
        ),
        "delay_good": N_("The server answers in {ms} ms, the median of {count} questions."),
        "delay_fair": N_(
            "The server answers in {ms} ms, the median of {count} questions, so that figures lag a little. Move nearer "
            "to the Wi-Fi access point, or have fewer devices use it."
        ),
        "delay_bad": N_(
            "The server answers in {ms} ms, the median of {count} questions, too slow for a lesson. Move nearer to the "
            "Wi-Fi access point, have fewer devices use it, and connect the computer that runs Inkling by a cable."
        ),
        "delay_lost": N_(
            "The server does not answer. See whether this device is in the same network as the computer that runs "
            "Inkling, and whether Inkling is still running."
        ),
        "cookies_good": N_("This browser keeps the cookie by which Inkling knows who works here."),
        "cookies_bad": N_(
            "This browser sends Inkling no cookies, and nobody can be in a class without. Allow them for this page, "
            "and leave private windows that forbid them."
        ),
        "cookies_lost": N_("The server did not say whether a cookie came. Check again in a moment."),
        "browser_good": N_("This browser has all that Inkling's pages need."),
        "browser_fair": N_(
            "Pages may look odd in this browser. Update it: Inkling wants Chrome or Edge 105, Firefox 121, Safari or "
            "iOS 16.4, or later."
        ),
        "browser_bad": N_(
            "This browser is too old for Inkling. Update it, or take another: Chrome or Edge 105, Firefox 121, Safari "
            "or iOS 16.4, or later."
        ),
        "screen_good": N_("This window is {width} × {height} pixels."),
        "screen_fair": N_(
            "This window is {width} × {height} pixels, narrower than Inkling's pages. Turn the device, or choose "
            "smaller letters (zoom out) in the browser."
        ),
        "screen_light": N_("The device asks for light colours."),
        "screen_dark": N_("The device asks for dark colours."),
        "screen_still": N_("It asks for less motion: nothing will glide or pulse."),
        "pointer_both": N_("The device says that it has a touchscreen, and a mouse, a trackpad or a pen."),
        "pointer_touch": N_("The device says that it has a touchscreen."),
        "pointer_fine": N_("The device says that it has a mouse, a trackpad or a pen."),
        "pointer_none": N_(
            "The device names no touchscreen, pen or mouse. Digits can be uploaded as pictures."
        ),
        "stroke_touch": N_("A line arrived, drawn by touch."),
        "stroke_pen": N_("A line arrived, drawn by a pen."),
        "stroke_mouse": N_("A line arrived, drawn by a mouse or a trackpad."),
        "camera_open": N_("There is a camera. The button tries it: its picture stays on this device."),
        "camera_insecure": N_(
            "Browsers give the camera to encrypted pages alone (https), and this one came by http. Photos can still "
            "be taken with the device's own camera, then uploaded on Draw."
        ),
        "camera_none": N_("This device has no camera. Photos can still be uploaded on Draw."),
        "camera_asked": N_("Allow the camera where the browser asks for it."),
        "camera_good": N_("The camera gave a picture. It is off again."),
        "camera_refused": N_(
            "The camera was refused. Allow it for this page, by the sign beside the address, then try again. Photos "
            "can still be uploaded on Draw."
        ),
        "camera_bad": N_(
            "The camera gives no picture. Close other programs that may use it, then try again. Photos can still be "
            "uploaded on Draw."
        ),
    }
)


def room_check_routes(base_path: str) -> list[Route]:
    """Return the routes of the page under the address that the app has on its server ("" or "inkling")."""
    prefix = prefix_of(base_path)

    async def page(request: Request) -> Response:
        with read_by_asker(request.scope):
            return _page(prefix)

    return [
        Route(f"{prefix}/{ROOM_CHECK}", page, methods=["GET"]),
        Route(f"{prefix}/{ROOM_CHECK}/cookie", _cookie, methods=["GET"]),
    ]


async def _cookie(request: Request) -> Response:
    """Say whether the cookie came back that the page had set; 503 where that cannot be known."""
    headers = {"cache-control": "no-store"}
    try:
        await asyncio.to_thread(lab)
    except (StoreError, SettingsError):
        return JSONResponse({}, 503, headers)
    return JSONResponse({"is_kept": bool(browser_of(request.scope))}, headers=headers)


def _page(prefix: str) -> Response:
    lines = "".join(map(_line, TITLES))
    words = escape(json.dumps({"states": {**STATES}, "verdicts": {**VERDICTS}, "found": {**FOUND}}))
    join, again = escape(_("Join a class")), escape(_("Check again"))
    body = (
        f'{_without_scripts()}<p class="verdict" id="verdict" role="status" data-state="wait">'
        f'<i aria-hidden="true"></i><span>{escape(VERDICTS["wait"])}</span></p><ul class="checks">{lines}</ul>'
        f'<p><a class="button" href="{prefix}/{JOIN}">{join}</a>'
        f'<a class="button second" href="{prefix}/{ROOM_CHECK}">{again}</a></p>'
        f'<script src="{static_file("room_check.js")}" data-words="{words}"></script>'
    )  # not said: HTML
    return plain_page(body, title=_("Check this device"))


def _line(check: str) -> str:
    """Return one check's line: a shape, a title, a word and a sentence, and what it is tried with."""
    is_tried = check in ("pointer", "camera")  # by a hand: what comes of it is said to those who listen
    role = ' role="status"' if is_tried else ""
    title, state = escape(TITLES[check]), escape(STATES["wait"])
    return (
        f'<li id="{check}" data-state="wait"><i aria-hidden="true"></i><h2>{title}</h2> <b>{state}</b>'
        f"<p{role}></p>{_tool(check)}</li>"
    )  # not said: HTML


def _tool(check: str) -> str:
    if check == "pointer":
        draw = escape(_("Draw a line here"))
        canvas = '<canvas role="img" aria-labelledby="draw"></canvas>'  # not said: HTML
        return f'<p id="draw">{draw}</p>{canvas}'
    if check == "camera":
        ask, alt = escape(_("Try the camera")), escape(_("What the camera sees"))
        return (
            f'<button type="button" class="second" hidden>{ask}</button>'
            f'<video muted playsinline hidden aria-label="{alt}"></video>'
        )  # not said: HTML
    return ""


def _without_scripts() -> str:
    told = escape(_("Inkling needs JavaScript. Allow it for this page, then load the page again."))
    return f'<noscript><p class="trouble">{told}</p></noscript>'
