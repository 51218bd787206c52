"""Refusals and faults of the server in our words: no framework's text, no path of the server, whatever was asked."""

import asyncio

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.server.answers import OwnWords
from pages.server.headers import SecurityHeaders
from tests.asgi import ask

FAULT = "no file /srv/secret/inkling.db"
OF_FRAMEWORKS = ("Not Found", "Bad Request", "Internal Server", "File too large", "XSRF", "session_id", FAULT)


async def place(request: Request) -> Response:
    """Answer as Streamlit's routes and Starlette's do."""
    match request.path_params["place"]:
        case "fault":
            raise RuntimeError(FAULT)
        case "404" | "403" | "413":
            raise HTTPException(
                int(request.path_params["place"]), detail="File too large: XSRF token, session_id"
            )
        case "bare":
            return Response("Bad Request", 400)
        case "methods":
            return PlainTextResponse("no", 405, {"allow": "GET"})
        case "own":
            return HTMLResponse("<p>in words already", 503)
    return PlainTextResponse("metrics or a file")


@pytest.fixture
def site() -> Starlette:
    st.cache_resource.clear()
    return Starlette(
        routes=[Route("/{place:path}", place)],
        middleware=[Middleware(SecurityHeaders), Middleware(OwnWords)],
    )


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/fault", 500, "Something went wrong in Inkling"),
        ("/404", 404, "There is nothing at this address"),
        ("/403", 403, "Load the page again"),
        ("/413", 413, "at most 20 MB can be uploaded. Choose a smaller one."),
        ("/bare", 400, "Load the page again"),
        ("/methods", 405, "Load the page again"),
    ],
)
@pytest.mark.parametrize("accept", ["text/html,*/*", "application/json"])
def test_what_fails_is_said_in_our_words(
    site: Starlette, path: str, status: int, words: str, accept: str
) -> None:
    answer = ask(site, path, headers={"accept": accept})
    assert answer.status == status
    assert words in answer.text
    assert not [text for text in OF_FRAMEWORKS if text in answer.text]
    assert answer.headers["content-type"].startswith("text/html" if "html" in accept else "text/plain")
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert "content-security-policy" in answer.headers
    assert isinstance(answer.fault, RuntimeError) == (path == "/fault"), "a fault goes to the log"


def test_the_rest_of_what_a_refusal_says_stays(site: Starlette) -> None:
    assert ask(site, "/methods").headers["allow"] == "GET"


def test_what_is_well_or_in_words_already_passes(site: Starlette) -> None:
    assert ask(site, "/file").text == "metrics or a file"
    assert ask(site, "/own").text == "<p>in words already"


def test_an_answer_that_has_begun_is_not_begun_anew() -> None:
    async def half(_scope, _receive, send) -> None:  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0)
        raise RuntimeError(FAULT)

    answer = ask(OwnWords(half), "/half")
    assert (answer.status, answer.body) == (200, b"")
    assert isinstance(answer.fault, RuntimeError)


@pytest.mark.parametrize("prefix", ["", "/inkling"])
@pytest.mark.parametrize("end", ["", "/", "?families=cache_memory_bytes"])
def test_metrics_are_shown_where_the_operator_says_so(
    site: Starlette, prefix: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(site, f"{prefix}/_stcore/metrics{end}")
    assert answer.status == 404
    assert "There is nothing at this address" in answer.text
    monkeypatch.setenv("INKLING_METRICS", "1")
    st.cache_resource.clear()
    assert ask(site, f"{prefix}/_stcore/metrics{end}").text == "metrics or a file"


@pytest.mark.parametrize("given", ["yes", "2"])
def test_a_switch_that_is_refused_is_off(
    site: Starlette, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_METRICS", given)
    assert ask(site, "/_stcore/metrics").status == 404
