"""Devices that join a class over its plain pages: each keeps its cookies, as a browser does; and classes to join."""

import html
import re
from datetime import date, timedelta
from urllib.parse import urlencode

from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from core.access.rules import Actor, Role
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.codes import ALPHABET
from core.classroom.members import Joined, Members
from core.classroom.nicknames import OWN
from core.runs import Store
from core.runs.classroom_schema import CLASSROOMS, SEATS
from pages.classroom.join_routes import join_routes
from pages.classroom.room_check import room_check_routes
from pages.classroom.sheet_route import sheet_route
from pages.server.cookies import cookie_name, seat_cookie_name, signed
from pages.server.identity import Identity
from pages.server.visitor import renew_roles
from tests.asgi import Answer, ask

TEACHER, OTHER_TEACHER, STRANGER = "a" * 16, "b" * 16, "c" * 16
OF_THE_PAGE = {"sec-fetch-site": "same-origin", "host": "lab.example"}


def door_at(base_path: str = "") -> ASGIApp:
    """Return the routes of a class behind the door at which the server says who comes."""
    routes = [*join_routes(base_path), *room_check_routes(base_path), sheet_route(base_path)]
    return Identity(Starlette(routes=routes), base_path)


class Device:
    """A browser. visitor: who it is by its cookie, "": one that has never been here."""

    def __init__(
        self, visitor: str = "", base_path: str = "", address: str = "192.0.2.7", language: str = "en"
    ) -> None:
        self.cookies = {cookie_name(): signed(visitor)} if visitor else {}
        self.attributes: dict[str, list[str]] = {}
        self._door, self._address, self._language = door_at(base_path), address, language

    def get(self, path: str, **headers: str) -> Answer:
        return self._go(path, "GET", b"", headers)

    def post(
        self, path: str, body: bytes | None = None, site: dict[str, str] | None = None, **fields: str
    ) -> Answer:
        """Send a form. site: the headers that say which page it stands on."""
        sent = urlencode(fields).encode() if body is None else body
        return self._go(path, "POST", sent, OF_THE_PAGE if site is None else site)

    def follow(self, answer: Answer) -> Answer:
        """Go where the answer leads, if it leads to a plain page."""
        assert answer.status == 303
        return self.get(answer.headers["location"])

    @property
    def seat(self) -> str:
        return self.cookies.get(seat_cookie_name(), "")

    def _go(self, path: str, method: str, body: bytes, headers: dict[str, str]) -> Answer:
        parts = [body[start : start + 1000] for start in range(0, len(body), 1000)] or [b""]

        async def receive() -> Message:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        said = {"accept": "text/html", "accept-language": self._language, **headers}
        if self.cookies:
            said["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = ask(
            self._door, path, method=method, headers=said, receive=receive, client=(self._address, 1)
        )
        for name, (value, attributes) in answer.cookies.items():
            self.attributes[name] = attributes
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer


def words(answer: Answer) -> str:
    """Return what the page says, as it is read."""
    body = answer.text.partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def field(answer: Answer, name: str, form: int = 0) -> str:
    """Return what stands in the nth field of this name, None where the page has none."""
    found = re.findall(rf'<input name="{name}"(?: class="code")?(?: value="([^"]*)")?', answer.text)
    return html.unescape(found[form])


def teacher(store: Store, name: str = TEACHER) -> Store:
    """Return the store as somebody may use it who may start classes, and teaches those that they have started."""
    with store.database.read() as connection:
        ids = connection.scalars(select(CLASSROOMS.c.id))
        known = frozenset(ids) if name == TEACHER else frozenset()
    return store.acting_as(Actor(Role.VISITOR, name, known, may_start_class=True))


def start(store: Store, title: str = "7b", nicknames: str = OWN, by: str = TEACHER) -> Classroom:
    """Return a new class."""
    classroom, _key = Classrooms(teacher(store, by)).start(title, nicknames=nicknames)
    renew_roles()
    return classroom


def end_yesterday(store: Store, classroom: Classroom) -> None:
    """Have the class's last day be past."""
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    with store.database.write() as connection:
        connection.execute(update(CLASSROOMS).filter_by(id=classroom.id).values(last_day=yesterday))
    renew_roles()


def joined(store: Store, classroom: Classroom, nickname: str = "Ada") -> Joined:
    """Have somebody be a member, on a device of no interest."""
    made = Members(store.acting_as(Actor(Role.VISITOR, STRANGER))).join(classroom.code, nickname)
    renew_roles()
    return made


def nicknames(store: Store, classroom: Classroom) -> list[str]:
    """Return who is in the class."""
    return [member.nickname for member in Members(teacher(store)).all(classroom.id)]


def seats(store: Store) -> int:
    """Return how many browsers have a member at work."""
    with store.database.read() as connection:
        return len(connection.execute(select(SEATS)).all())


def take_seat(device: Device, code: str, nickname: str = "Ada") -> str:
    """Have the device's reader join; return the key."""
    device.get(f"/join/{code}")
    answer = device.post(f"/join/{code}", do="join", nickname=nickname)
    assert answer.status == 200, words(answer)
    found = re.search(rf'<strong class="code">([{ALPHABET}]{{4}})</strong>', answer.text)
    assert found
    return found[1]
