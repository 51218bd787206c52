"""The page that a one-time link opens: it asks, and only its button uses the link, so that no preview of it does."""

import asyncio
from html import escape
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.config.app_settings import SettingsError
from core.i18n.translation import _, ngettext
from core.runs import StoreError
from core.runs.handover import PLACE, count_things, owner_by, take
from core.runs.operators import make_operator
from core.runs.run_row import COMMAND_LINE
from pages.server.base_path import prefix_of
from pages.server.cookies import set_cookies
from pages.server.identity import browser_of
from pages.server.plain_page import is_from_here, plain_page, read_by_asker
from pages.server.services import system_store

BRINGING: Final = "bringing"
GONE: Final = 410


def handover_route(base_path: str) -> Route:
    """Return the route of the links under the address that the app has on its server ("" or "inkling")."""
    prefix = prefix_of(base_path)

    async def answer(request: Request) -> Response:
        with read_by_asker(request.scope):
            try:
                return await asyncio.to_thread(_used if request.method == "POST" else _asked, request, prefix)
            except (StoreError, SettingsError) as error:
                return _told(str(error), 503)

    return Route(f"{prefix}/{PLACE}/{{word}}", answer, methods=["GET", "POST"])


def _asked(request: Request, _prefix: str) -> Response:
    """Ask whether the other browser's things are to be opened here."""
    word, here = request.path_params["word"], browser_of(request.scope)
    owner = owner_by(system_store().database, word)
    if not owner:
        return _void()
    if owner == COMMAND_LINE:
        question = _(
            "Make this browser an operator's? It can then see, change and delete everything that anybody has here."
        )
        button = _button(_("Make it an operator's"))
        return plain_page(f"<p>{escape(question)}</p>{button}")
    if owner == here:
        return _told(_("The things that this link leads to are yours in this browser already."))
    theirs = _counted(owner)
    question = (
        _("Open the things of another browser here? They are {things:list}.", things=theirs)
        if theirs
        else _("Become the visitor of another browser here? Nothing has been made there yet.")
    )
    body = [f"<p>{escape(question)}</p>"]
    yours = _counted(here) if here else []
    if yours:
        told = _(
            "This browser has things of its own: {things:list}. If you bring them along, both browsers have "
            "them. If you leave them, nobody sees them any more.",
            things=yours,
        )
        body.append(f"<p>{escape(told)}</p>")
        body.append(_button(_("Open, and bring mine along"), bringing=True))
        body.append(_button(_("Open, and leave mine")))
    else:
        body.append(_button(_("Open here")))
    return plain_page("".join(body))


def _button(label: str, *, bringing: bool = False) -> str:
    value = f' name="{BRINGING}" value="1"' if bringing else ""
    action = f"?{BRINGING}=1" if bringing else "?"
    return f'<form method="post" action="{action}"><button{value}>{escape(label)}</button></form>'  # not said: HTML


def _used(request: Request, prefix: str) -> Response:
    """Have this browser be the other one's visitor."""
    here = browser_of(request.scope)
    if not is_from_here(request):
        return _told(_("Open the link itself and press the button there."), 403)
    if not here:
        return _told(
            _(
                "Your browser keeps no cookies here. Allow them, then open the link again: it has not been used."
            ),
            403,
        )
    bringing = here if request.query_params.get(BRINGING) else ""
    owner = take(system_store().database, request.path_params["word"], bringing)
    if not owner:
        return _void()
    response = RedirectResponse(f"{prefix}/runs", 303)
    if owner == COMMAND_LINE:
        make_operator(system_store().database, here)
        return response
    set_cookies(request.scope, MutableHeaders(raw=response.raw_headers), owner, prefix)
    return response


def _counted(owner: str) -> list[str]:
    """Return what the owner has, in words."""
    counts = count_things(system_store().database, owner)
    runs, searches = counts["runs"], counts["searches"]
    told: list[str] = []
    if runs:
        told.append(ngettext("{n} run", "{n} runs", runs))
    if searches:
        told.append(ngettext("{n} search", "{n} searches", searches))
    if counts["datasets"]:
        told.append(ngettext("{n} dataset", "{n} datasets", counts["datasets"]))
    return told


def _void() -> Response:
    return _told(
        _(
            "This link has been used, or is older than ten minutes. Make a new one in the browser that has the things: "
            "on Runs, under “Take my things to another browser”."
        ),
        GONE,
    )


def _told(sentence: str, status: int = 200) -> Response:
    return plain_page(f"<p>{escape(sentence)}</p>", status)
