"""How somebody joins a class, as a browser does: the page of its code, and the form that stands on it."""

import time
from dataclasses import dataclass
from html.parser import HTMLParser

import requests

from benchmarks.page_client import AppAddress

PATIENCE_S = 30.0
TRIES = 5  # somebody else may have sent the suggested nickname first
WORDS = {"accept": "text/html", "accept-language": "en"}


class UnreachableError(Exception):
    """Nobody can join: what is wrong and what helps, in a sentence. exit_code: of a program that ends with it."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class NotJoinedError(Exception):
    """This one could not join: what the page says."""


@dataclass(frozen=True)
class Seat:
    """A member in a browser: the nickname, the browser's cookies, and the seconds that joining took."""

    nickname: str
    cookie: str
    took_s: float


class JoinPage(HTMLParser):
    """What stands on the page: its heading, what it says is wrong, and the form by which one joins, if there is one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heading = self.trouble = self.text = ""
        self.nickname: str | None = None  # that is suggested
        self.has_form = False
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "h1":
            self._inside = "heading"
        elif tag == "style":
            self._inside = "style"
        elif tag == "p":
            self._inside = "trouble" if given.get("class") == "trouble" else "text"
        elif tag == "input" and given.get("name") == "nickname" and self.nickname is None:
            self.nickname = given.get("value") or ""
        elif tag == "button" and given.get("value") == "join":
            self.has_form = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "p", "style"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("heading", "trouble", "text"):
            setattr(self, self._inside, getattr(self, self._inside) + data)


def check_class(app: AppAddress, code: str) -> str:
    """Return the title of the class that can be joined with the code.  Raises: UnreachableError."""
    try:
        answer = requests.get(f"{app.url}/join/{code}", headers=WORDS, timeout=PATIENCE_S)
    except requests.exceptions.SSLError as error:
        raise UnreachableError(
            f"The certificate at {app.url} is not trusted here. Use the http address."
        ) from error
    except (requests.RequestException, ValueError) as error:
        raise UnreachableError(
            f"Nothing answers at {app.url}. Start the app with make run, or name where it is: --address."
        ) from error
    page = JoinPage(answer.text)
    if answer.status_code == 404 and page.trouble:
        raise UnreachableError(
            f"{page.trouble} See which there are: python -m core classroom list", exit_code=2
        )
    if not answer.ok:
        said = page.trouble or page.text or f"status {answer.status_code}"
        raise UnreachableError(f"No class can be joined at {app.url}/join/{code}: {said}")
    if not page.has_form:
        raise UnreachableError(
            f"The class “{page.heading}” takes nobody new. Open it on the page Class, under “Join”, or name another."
        )
    return page.heading


def arrive(app: AppAddress) -> str:
    """Return the cookie of a browser that has never been there, once it has opened the first page."""
    with requests.Session() as browser:
        browser.get(f"{app.url}/", headers=WORDS, timeout=PATIENCE_S).raise_for_status()
        return _cookies(browser)


def join(app: AppAddress, code: str) -> Seat:
    """Join with the nickname that is suggested, and open the first page.  Raises: NotJoinedError, RequestException."""
    address, began = f"{app.url}/join/{code}", time.perf_counter()
    with requests.Session() as browser:
        browser.headers.update(WORDS)
        trouble = ""
        for _ in range(TRIES):
            page = JoinPage(browser.get(address, timeout=PATIENCE_S).text)
            if not page.has_form or not page.nickname:
                raise NotJoinedError(page.trouble or page.text)
            answer = browser.post(
                address,
                data={"do": "join", "nickname": page.nickname},
                headers={"sec-fetch-site": "same-origin"},
                timeout=PATIENCE_S,
            )
            trouble = JoinPage(answer.text).trouble
            if answer.ok and not trouble:
                seat = Seat(page.nickname, _cookies(browser), time.perf_counter() - began)
                browser.get(f"{app.url}/", timeout=PATIENCE_S)
                return seat
        raise NotJoinedError(trouble or f"status {answer.status_code}")


def _cookies(browser: requests.Session) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
