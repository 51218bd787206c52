"""A sheet to print for a class: title, QR code, link, code and three steps. For its teachers."""

import asyncio
from html import escape

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.access.rules import Action
from core.classroom.classrooms import Classrooms, checked_address
from core.classroom.errors import ClassroomError, UnknownClassroom
from core.config.app_settings import SettingsError
from core.i18n.translation import _
from core.runs import NotAllowed, StoreError
from pages.classroom.join_routes import JOIN
from pages.server.base_path import prefix_of
from pages.server.plain_page import plain_page, read_by_asker
from pages.server.visitor import store_of

SHEET = "class-sheet"


def sheet_route(base_path: str) -> Route:
    """Return the route of the sheet under the address that the app has on its server ("" or "inkling")."""
    prefix = prefix_of(base_path)

    async def answer(request: Request) -> Response:
        with read_by_asker(request.scope):
            try:
                return await asyncio.to_thread(_sheet, request)
            except NotAllowed:  # a member
                return _told(_("Only a teacher of the class has its sheet."), 403)
            except ClassroomError as error:
                return _told(str(error), 404 if isinstance(error, UnknownClassroom) else 400)
            except (StoreError, SettingsError) as error:
                return _told(str(error), 503)

    return Route(f"{prefix}/{SHEET}/{{classroom}}", answer, methods=["GET"])


def _told(sentence: str, status: int) -> Response:
    return plain_page(f"<p>{escape(sentence)}</p>", status)


def _sheet(request: Request) -> Response:
    classrooms, classroom_id = Classrooms(store_of(request.scope)), request.path_params["classroom"]
    classrooms.check(Action.LEAD_CLASS, classroom_id)
    classroom = classrooms.get(classroom_id)
    address = f"{checked_address(request.query_params.get('at', ''))}/{JOIN}"
    code = segno.make(f"{address}/{classroom.code}", error="m", micro=False)
    picture = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    alt = escape(_("QR code of {address}", address=f"{address}/{classroom.code}"))
    steps = (
        _("Scan the code with a phone's or a tablet's camera. Or open this address in a browser:"),
        _("Enter the code:"),
        _("Choose a nickname, and write down the key that you are shown:"),
    )
    first, second, third = (escape(step) for step in steps)
    return plain_page(
        f'<div class="sheet-qr" role="img" aria-label="{alt}">{picture}</div><ol>'
        f"<li>{first}<br><b>{escape(address)}</b></li>"
        f'<li>{second} <b class="code">{classroom.code}</b></li><li>{third}<p class="line"></p></li></ol>',
        title=classroom.title,
    )  # not said: HTML
