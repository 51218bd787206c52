"""The addresses by which a member joins a class, comes back and leaves: /join, /join/CODE and /leave.

Pages of a few sentences, which any device shows at once: the app itself is opened by who is in.
"""

import asyncio
import secrets
from collections.abc import Callable
from html import escape
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.classroom.classroom_table import Classroom
from core.classroom.codes import read_code
from core.classroom.errors import (
    ClassroomError,
    ClassroomRefused,
    ClassroomShut,
    GoneClassroom,
    TooManyGuesses,
    UnknownClassroom,
)
from core.classroom.members import Joined, Members, member_id_of
from core.classroom.nicknames import LIST, LONGEST, SHORTEST
from core.classroom.seats import Seat
from core.config.app_settings import SettingsError
from core.i18n.translation import _
from core.runs import StoreError
from pages.server.base_path import prefix_of
from pages.server.client_address import address_of
from pages.server.cookies import set_seat
from pages.server.identity import browser_of
from pages.server.plain_page import is_from_here, plain_page, read_by_asker
from pages.server.seat_requests import give_up, seat_at, stay_at
from pages.server.visitor import store_of

JOIN: Final = "join"
LEAVE: Final = "leave"
ROOM_CHECK: Final = "room-check"  # room_check.py
MOST_BYTES: Final = 2_000  # of a form
STATUS: Final = {UnknownClassroom: 404, GoneClassroom: 410, ClassroomShut: 410, TooManyGuesses: 429}
MOST_FIELDS: Final = 10
MOST_LETTERS: Final = 40  # of a code that is none

Answer = Callable[[Request, str, dict[str, str]], Response]


def join_routes(base_path: str) -> list[Route]:
    """Return the routes under the address that the app has on its server ("" or "inkling")."""
    prefix = prefix_of(base_path)
    return [
        Route(f"{prefix}/{JOIN}", _answering(_code_page, _code_page, prefix), methods=["GET", "POST"]),
        Route(f"{prefix}/{JOIN}/{{code}}", _answering(_class_page, _joined, prefix), methods=["GET", "POST"]),
        Route(f"{prefix}/{LEAVE}", _answering(_leave_page, _left, prefix), methods=["GET", "POST"]),
    ]


def _answering(asked: Answer, sent: Answer, prefix: str) -> Callable[[Request], object]:
    """Return what answers: to who asks by one, to who sends a form by the other."""

    async def answer(request: Request) -> Response:
        is_sent = request.method == "POST"
        form = await _form(request) if is_sent else {**request.query_params}
        with read_by_asker(request.scope):
            if is_sent and (form is None or not is_from_here(request)):
                status = 413 if form is None else 403
                return _told(_("Open the link itself and press the button there."), status)
            try:
                return await asyncio.to_thread(sent if is_sent else asked, request, prefix, form or {})
            except (UnknownClassroom, TooManyGuesses) as error:
                typed = request.path_params.get("code", "")
                return _code_page_again(prefix, typed, str(error), STATUS[type(error)])
            except ClassroomError as error:
                return _told(str(error), STATUS.get(type(error), 400), back=f"{prefix}/{JOIN}")
            except (StoreError, SettingsError) as error:
                return _told(str(error), 503)

    return answer


async def _form(request: Request) -> dict[str, str] | None:
    """Return the fields of the form that was sent, None for one that is too long to be ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS))
    except ValueError:  # more fields
        return None


# ---- the code


def _code_page(_request: Request, prefix: str, form: dict[str, str]) -> Response:
    """Ask for the code; to who sends one, its class's page."""
    if code := read_code(form.get("code", ""))[:MOST_LETTERS]:
        return RedirectResponse(f"{prefix}/{JOIN}/{quote(code, safe='')}", 303)
    return plain_page(_code_form(prefix), title=_("Join a class"))


def _code_page_again(prefix: str, typed: str, trouble: str, status: int) -> Response:
    """Say why the code leads nowhere, and leave it to be corrected."""
    return plain_page(_said(trouble) + _code_form(prefix, typed), status, title=_("Join a class"))


def _said(trouble: str) -> str:
    return f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""  # not said: HTML


def _code_form(prefix: str, typed: str = "") -> str:
    label, button = escape(_("The class's code")), escape(_("Continue"))
    check = escape(_("Check this device"))
    return (
        f'<form action="{prefix}/{JOIN}"><label>{label}<input name="code" value="{escape(typed[:MOST_LETTERS])}" '
        f'class="code" maxlength="12" required autofocus autocomplete="off" autocapitalize="characters" '
        f'spellcheck="false"></label>'
        f'<button>{button}</button></form><p class="hint"><a href="{prefix}/{ROOM_CHECK}">{check}</a></p>'
    )  # not said: HTML


# ---- the class


def _class_page(
    request: Request, prefix: str, form: dict[str, str], trouble: str = "", status: int = 200
) -> Response:
    """Ask for a nickname, or who is at work in this browser whether it is still them."""
    members = Members(store_of(request.scope))
    classroom = members.named(request.path_params["code"], address_of(request.scope))
    if seat := seat_at(request.scope):
        return _seated_page(seat, classroom, prefix)
    body, is_back = _said(trouble), form.get("do") == "back"
    nickname = form.get("nickname", "") if trouble else ""
    if classroom.is_open:
        own = "" if is_back or classroom.nicknames == LIST else nickname
        body += _new_form(classroom, own or members.suggested(classroom), request.url.path)
    else:
        closed = escape(_("This class takes nobody new any more."))
        body += f"<p>{closed}</p>"
    body += _back_form(nickname if is_back else "", is_shown=is_back or not classroom.is_open)
    return plain_page(body, status, title=classroom.title)


def _new_form(classroom: Classroom, nickname: str, here: str) -> str:
    fixed = " readonly" if classroom.nicknames == LIST else ""
    label, button, again = escape(_("Your nickname")), escape(_("Join")), escape(_("Another suggestion"))
    hint = _(
        "Everybody in the class sees it. Take what is suggested, or {least} to {most} characters of your own that do "
        "not tell who you are.",
        least=SHORTEST,
        most=LONGEST,
    )
    if fixed:
        hint = _("Everybody in the class sees it.")
    return (
        f'<form method="post"><label>{label}<input name="nickname" value="{escape(nickname)}" required '
        f'minlength="{SHORTEST}" maxlength="{LONGEST}" autocomplete="off" spellcheck="false"{fixed}></label>'
        f'<p class="hint">{escape(hint)}</p><input type="hidden" name="once" value="{secrets.token_hex(16)}">'
        f'<button name="do" value="join">{button}</button> <a href="{escape(here)}">{again}</a></form>'
    )  # not said: HTML


def _back_form(nickname: str, *, is_shown: bool) -> str:
    summary, button = escape(_("I was here before")), escape(_("Come back"))
    name, key = escape(_("Your nickname")), escape(_("Your key"))
    return (
        f'<details{" open" if is_shown else ""}><summary>{summary}</summary><form method="post">'
        f'<label>{name}<input name="nickname" value="{escape(nickname)}" required maxlength="{LONGEST}" '
        f'autocomplete="off" spellcheck="false"></label>'
        f'<label>{key}<input name="key" class="code" required maxlength="8" autocomplete="off" '
        f'autocapitalize="characters" spellcheck="false"></label>'
        f'<button name="do" value="back">{button}</button></form></details>'
    )  # not said: HTML


def _seated_page(seat: Seat, classroom: Classroom, prefix: str) -> Response:
    is_here = seat.classroom_id == classroom.id
    title = _("You are {nickname}. Not you?", nickname=seat.nickname)
    told = _(
        "In this browser, {nickname} is in the class “{title}”.", nickname=seat.nickname, title=seat.title
    )
    stay = escape(_("Continue as {nickname}", nickname=seat.nickname))
    leave = escape(
        _("Leave, and join as somebody else")
        if is_here
        else _("Leave, and join “{title}”", title=classroom.title)
    )
    return plain_page(
        f'<p>{escape(told)}</p><form method="post"><button name="do" value="stay">{stay}</button></form>'
        f'<form method="post" action="{prefix}/{LEAVE}"><input type="hidden" name="to" value="{classroom.code}">'
        f'<button class="second">{leave}</button></form>',
        title=title,
    )  # not said: HTML


def _joined(request: Request, prefix: str, form: dict[str, str]) -> Response:
    """Have who sent the form be a member in this browser."""
    if not browser_of(request.scope):
        told = _("Your browser keeps no cookies here. Allow them for this page, then open the link again.")
        return _told(told, 403)
    seat = seat_at(request.scope)
    if seat and not (form.get("once") and seat.member_id == member_id_of(form["once"])):  # sent twice
        if form.get("do") == "stay":
            stay_at(request.scope)
            return RedirectResponse(f"{prefix}/", 303)
        raise ClassroomRefused(
            _("You are {nickname} in the class “{title}” here.", nickname=seat.nickname, title=seat.title),
            _("Leave it first."),
        )
    members, code = Members(store_of(request.scope)), request.path_params["code"]
    nickname, address = form.get("nickname", ""), address_of(request.scope)
    try:
        if form.get("do") == "back":
            joined = members.rejoin(code, nickname, form.get("key", ""), address)
        else:
            joined = members.join(code, nickname, address, once=form.get("once", ""))
    except UnknownClassroom:
        raise
    except ClassroomError as error:  # what was typed stays
        return _class_page(request, prefix, form, str(error), STATUS.get(type(error), 400))
    response = _welcome(joined, prefix) if joined.key else RedirectResponse(f"{prefix}/", 303)
    set_seat(request.scope, MutableHeaders(raw=response.raw_headers), joined.seat, prefix)
    return response


def _welcome(joined: Joined, prefix: str) -> Response:
    """Say the nickname and the key, which is not shown again."""
    key, start = escape(_("Your key")), escape(_("Start"))
    hint = _(
        "Write down your nickname and this key: with both you come back after a break, or on another device. Show the "
        "key to nobody."
    )
    return plain_page(
        f'<p>{key}: <strong class="code">{joined.key}</strong></p><p>{escape(hint)}</p>'
        f'<p><a class="button" href="{prefix}/">{start}</a></p>',
        title=_("You are {nickname}", nickname=joined.member.nickname),
    )  # not said: HTML


# ---- leaving


def _leave_page(request: Request, prefix: str, _form: dict[str, str]) -> Response:
    """Ask whether who is at work in this browser leaves."""
    seat = seat_at(request.scope)
    if seat is None:
        return _told(_("Nobody is in a class in this browser."), back=f"{prefix}/{JOIN}")
    told = _(
        "Whoever uses this device next can then join as somebody else. You come back with your nickname and your key; "
        "what you made stays yours."
    )
    leave, stay = escape(_("Leave the class")), escape(_("Stay"))
    return plain_page(
        f'<p>{escape(told)}</p><form method="post"><button>{leave}</button></form>'
        f'<p><a href="{prefix}/">{stay}</a></p>',
        title=_("Leave “{title}”, {nickname}?", title=seat.title, nickname=seat.nickname),
    )  # not said: HTML


def _left(request: Request, prefix: str, form: dict[str, str]) -> Response:
    """Have nobody be at work in this browser, and offer the class to who is next."""
    seat = seat_at(request.scope)
    give_up(request.scope)
    code = form.get("to") or (seat.code if seat else "")
    response = RedirectResponse(f"{prefix}/{JOIN}" + (f"/{quote(code[:40], safe='')}" if code else ""), 303)
    set_seat(request.scope, MutableHeaders(raw=response.raw_headers), "", prefix)
    return response


def _told(sentence: str, status: int = 200, back: str = "") -> Response:
    join = escape(_("Join a class"))
    link = f'<p><a href="{back}">{join}</a></p>' if back else ""  # not said: HTML
    return plain_page(f"<p>{escape(sentence)}</p>{link}", status)
