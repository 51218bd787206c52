"""Searches as rows in the run store: what is searched, and whether it goes on. Optuna's tables are beside them."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import insert, select, update

from core.access.guard import needs, needs_right_to
from core.access.rules import NOTHING, SYSTEM, Action, Kind, Subject, may
from core.config.app_settings import EVERYONE
from core.i18n.kept_sentences import from_kept, kept
from core.i18n.translation import _
from core.runs import NotAllowed, Store, UnknownRun
from core.runs.run_records import clean_name, new_id
from core.runs.run_row import COMMAND_LINE
from core.runs.schema import SEARCHES
from core.search.search_space import SearchPlan, plan_from_json, plan_to_json

RUNNING: Final = "running"
STOPPING: Final = "stopping"  # its runs are being stopped
STOPPED: Final = "stopped"
FINISHED: Final = "finished"
ACTIVE: Final = (RUNNING, STOPPING)


@dataclass(frozen=True)
class SearchRow:
    """One search as it stands. `id` is also the group_id of its runs and the name of its Optuna study.

    message_kept: why it was stopped, as core.i18n.kept_sentences keeps sentences.
    """

    id: str
    owner: str
    name: str
    plan_json: str
    state: str
    message_kept: str
    created_at: float

    @cached_property
    def plan(self) -> SearchPlan:
        """What is searched."""
        return plan_from_json(self.plan_json)

    @property
    def message(self) -> str:
        """Why it was stopped, in the language of whoever reads now; "" if there is nothing to say."""
        return from_kept(self.message_kept)

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in ACTIVE


class Searches:
    """The searches of a store, as the store's actor may use them."""

    def __init__(self, store: Store) -> None:
        self._database, self._actor, self._settings = store.database, store.actor, store.settings

    def check(self, action: Action, search_id: str) -> None:
        """Refuse what the actor may not do to the search ("": to none in particular).

        Raises: UnknownRun; NotAllowed.
        """
        if self._actor is not SYSTEM and not may(
            self._actor, action, Subject(self._one(search_id).owner) if search_id else NOTHING
        ):
            raise NotAllowed(action, search_id, self._actor)

    def may(self, action: Action, search: SearchRow) -> bool:
        """Return whether the actor may do this to the search: for what is greyed out."""
        return may(self._actor, action, Subject(search.owner))

    @needs_right_to(Action.CREATE_SEARCH)
    def create(self, plan: SearchPlan, *, owner: str = "", name: str = "") -> str:
        """Return the id of a new search; whoever drives searches takes it up. A visitor's is their own.

        Raises: StoreError, one of them RunRefused for a name that cannot be shown.
        """
        search_id = new_id()
        values = {
            "id": search_id,
            "owner": self._actor.id if self._actor.kind is Kind.VISITOR else owner or self._actor.id,
            "name": clean_name(name) or _("Search"),
            "plan": plan_to_json(plan),
        }
        with self._database.write(durable=True) as connection:
            connection.execute(insert(SEARCHES).values(**values, state=RUNNING, created_at=time.time()))
        return search_id

    @needs(Action.READ_SEARCH)
    def get(self, search_id: str) -> SearchRow:
        """Return the search.  Raises: UnknownRun."""
        return self._one(search_id)

    def _one(self, search_id: str) -> SearchRow:
        found = self._read(SEARCHES.c.id == search_id)
        if not found:
            raise UnknownRun(search_id)
        return found[0]

    @needs_right_to(Action.LIST_SEARCHES)
    def newest(self, limit: int = 50) -> list[SearchRow]:
        """Return the searches that the actor is shown in a list, newest first: a visitor their own."""
        if self._actor.kind is not Kind.VISITOR or self._settings.listing == EVERYONE:
            return self._read(SEARCHES.c.id != "")[:limit]
        return self._read(SEARCHES.c.owner.in_({self._actor.id, "", COMMAND_LINE}))[:limit]

    @needs_right_to(Action.WORK)
    def active(self) -> list[SearchRow]:
        """Return the searches that go on, oldest first."""
        return self._read(SEARCHES.c.state.in_(ACTIVE))[::-1]

    @needs(Action.ORDER_SEARCH)
    def stop(self, search_id: str) -> None:
        """Have no further trial begin and those in work end; they are tried anew after `resume`."""
        self._set(search_id, (RUNNING,), STOPPING)

    @needs(Action.ORDER_SEARCH)
    def resume(self, search_id: str) -> None:
        """Go on with a stopped search."""
        self._set(search_id, (STOPPED,), RUNNING)

    @needs(Action.WORK)
    def settle(self, search_id: str, state: str, message: str = "") -> None:
        """Write down how the search ended, unless it was resumed meanwhile."""
        self._set(search_id, (RUNNING,) if state == FINISHED or message else (STOPPING,), state, message)

    def _set(self, search_id: str, before: tuple[str, ...], state: str, message: str = "") -> None:
        mine = (SEARCHES.c.id == search_id, SEARCHES.c.state.in_(before))
        with self._database.write(durable=True) as connection:
            connection.execute(update(SEARCHES).where(*mine).values(state=state, message=kept(message)))

    def _read(self, condition: Any) -> list[SearchRow]:
        statement = select(SEARCHES).where(condition).order_by(SEARCHES.c.number.desc())
        with self._database.read() as connection:
            rows = [{**row} for row in connection.execute(statement).mappings()]
        for row in rows:
            del row["number"]
            row |= {"plan_json": row.pop("plan"), "message_kept": row.pop("message")}
        return [SearchRow(**row) for row in rows]
