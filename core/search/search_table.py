"""Searches as rows in the run store: what is searched, and whether it goes on. Optuna's tables are beside them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from core.access.guard import needs, needs_right_to
from core.access.rules import NOTHING, SYSTEM, Action, Role, Subject, may, owner_of_new
from core.config.dataset_fit import dataset_problem
from core.config.run_config import ConfigError
from core.i18n.kept_sentences import from_kept, kept
from core.i18n.literal_text import visible_text
from core.i18n.translation import _, ngettext
from core.runs import NotAllowed, RunRefused, Store, StoreError, UnknownRun
from core.runs.class_rules import check_no_search
from core.runs.dataset_rights import refused_dataset
from core.runs.opened_links import SEARCH, listed_to, note_opened
from core.runs.run_records import clean_name, new_id
from core.runs.schema import OPENED, SEARCHES
from core.search.search_space import SearchPlan, plan_from_json, plan_to_json

RUNNING: Final = "running"
STOPPING: Final = "stopping"  # its runs are being stopped
STOPPED: Final = "stopped"
FINISHED: Final = "finished"
ACTIVE: Final = (RUNNING, STOPPING)
STATES: Final = (*ACTIVE, STOPPED, FINISHED)


@dataclass(frozen=True)
class SearchRow:
    """One search as it stands. `id` is also the group_id of its runs and the name of its Optuna study.

    message_kept: why it was stopped, as core.i18n.kept_sentences keeps sentences.
    """

    id: str
    owner: str
    name: str
    plan: SearchPlan
    state: str
    message_kept: str
    created_at: float

    @property
    def message(self) -> str:
        """Why it was stopped, in the language of whoever reads now; "" if there is nothing to say."""
        return from_kept(self.message_kept)

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in ACTIVE


class UnreadableSearch(UnknownRun):
    """What the store holds of the search is damaged, or has settings of another version."""

    def __init__(self, search_id: str, name: str) -> None:
        StoreError.__init__(
            self,
            _(
                "The search “{search}” cannot be read: what the store holds of it is damaged, or this version of "
                "Inkling does not know its settings.",
                search=name or search_id,
            ),
            _("Update Inkling, or restore a backup. Its runs and other searches are not affected."),
        )


class Searches:
    """The searches of a store, as the store's actor may use them."""

    def __init__(self, store: Store) -> None:
        self._database, self._actor, self._settings = store.database, store.actor, store.settings
        self._check_run = store.check

    def check(self, action: Action, search_id: str) -> None:
        """Refuse what the actor may not do to the search ("": to none in particular).

        Raises: UnknownRun; NotAllowed.
        """
        if self._actor is not SYSTEM and not may(self._actor, action, self._subject(search_id)):
            raise NotAllowed(action, search_id, self._actor)

    def _subject(self, search_id: str) -> Subject:
        if not search_id:
            return NOTHING
        with self._database.read() as connection:
            owner = connection.scalar(select(SEARCHES.c.owner).where(SEARCHES.c.id == search_id))
        if owner is None:
            raise UnknownRun(search_id)
        return Subject(owner)

    def may(self, action: Action, search: SearchRow) -> bool:
        """Return whether the actor may do this to the search: for what is greyed out."""
        return may(self._actor, action, Subject(search.owner))

    @needs_right_to(Action.CREATE_SEARCH)
    def create(self, plan: SearchPlan, *, owner: str = "", name: str = "") -> str:
        """Return the id of a new search; whoever drives searches takes it up. A visitor's is their own.

        Raises: ConfigError for a dataset that the trials cannot or may not learn from; StoreError, one of them
        RunRefused for a name that cannot be shown, and while the visitor has as many under way as are allowed.
        """
        if plan.base.start_from:
            self._check_run(Action.READ_RUN, plan.base.start_from)
        problem = refused_dataset(self._database, self._actor, plan.base, self._settings.data_dir)
        if problem := problem or dataset_problem(plan.base, self._settings.data_dir):
            raise ConfigError([problem])
        search_id = new_id()
        values = {
            "id": search_id,
            "owner": owner_of_new(self._actor, owner),
            "name": clean_name(name) or _("Search"),
            "plan": plan_to_json(plan),
        }
        with self._database.write(durable=True) as connection:
            self._check_share(connection)
            check_no_search(connection, self._actor)
            connection.execute(insert(SEARCHES).values(**values, state=RUNNING, created_at=time.time()))
        return search_id

    @needs(Action.READ_SEARCH)
    def get(self, search_id: str) -> SearchRow:
        """Return the search.  Raises: UnknownRun, UnreadableSearch."""
        found, unreadable = self._read(SEARCHES.c.id == search_id)
        if not found:
            raise unreadable[0] if unreadable else UnknownRun(search_id)
        return found[0]

    @needs(Action.READ_SEARCH)
    def note_opened(self, search_id: str) -> None:
        """Have the search in the visitor's list from now on: another's that was opened by its link."""
        if self._subject(search_id).owner != self._actor.id:
            note_opened(self._database, self._actor, SEARCH, search_id)

    @needs_right_to(Action.LIST_SEARCHES)
    def newest(self, limit: int = 50) -> list[SearchRow]:
        """Return the searches that the actor is shown in a list, newest first; what cannot be read is left out."""
        return self._read(listed_to(self._actor, self._settings, SEARCHES, SEARCH))[0][:limit]

    @needs_right_to(Action.LIST_SEARCHES)
    def unreadable(self) -> list[UnreadableSearch]:
        """Return why each search that `newest` leaves out for it cannot be read."""
        return self._read(listed_to(self._actor, self._settings, SEARCHES, SEARCH))[1]

    @needs_right_to(Action.WORK)
    def active(self) -> list[SearchRow]:
        """Return the searches that go on, oldest first."""
        return self._read(SEARCHES.c.state.in_(ACTIVE))[0][::-1]

    @needs(Action.ORDER_SEARCH)
    def stop(self, search_id: str) -> None:
        """Have no further trial begin and those in work end; they are tried anew after `resume`."""
        self._set(search_id, (RUNNING,), STOPPING)

    @needs(Action.ORDER_SEARCH)
    def resume(self, search_id: str) -> None:
        """Go on with a stopped search.  Raises: RunRefused as `create`."""
        with self._database.write(durable=True) as connection:
            self._check_share(connection)
            self._set_in(connection, search_id, (STOPPED,), RUNNING)

    def _check_share(self, connection: Connection) -> None:
        """Refuse one more under way beyond a visitor's share; what the operator or the system do has no bound."""
        if self._actor.role is not Role.VISITOR:
            return
        mine = select(func.count()).where(SEARCHES.c.owner == self._actor.id, SEARCHES.c.state.in_(ACTIVE))
        most = self._settings.searches_per_owner
        if (connection.scalar(mine) or 0) >= most:
            raise RunRefused(
                ngettext(
                    "You already have {n} search under way, which is the most allowed here.",
                    "You already have {n} searches under way, which is the most allowed here.",
                    most,
                ),
                _("Wait until one has finished, or stop one that you no longer need."),
            )

    @needs_right_to(Action.ERASE_OWN)
    def erase_mine(self) -> list[str]:
        """Delete every search of the actor's own for good; return their ids. Their runs are runs like others."""
        if not self._actor.id:
            return []
        mine = SEARCHES.c.owner == self._actor.id
        with self._database.write(durable=True) as connection:
            ids = list(connection.scalars(select(SEARCHES.c.id).where(mine)))
            connection.execute(delete(SEARCHES).where(mine))
            connection.execute(delete(OPENED).where(OPENED.c.kind == SEARCH, OPENED.c.id.in_(ids)))
        return ids

    @needs(Action.WORK)
    def settle(self, search_id: str, state: str, message: str = "") -> None:
        """Write down how the search ended, unless it was resumed meanwhile."""
        self._set(search_id, (RUNNING,) if state == FINISHED or message else (STOPPING,), state, message)

    def _set(self, search_id: str, before: tuple[str, ...], state: str, message: str = "") -> None:
        with self._database.write(durable=True) as connection:
            self._set_in(connection, search_id, before, state, message)

    def _set_in(
        self, connection: Connection, search_id: str, before: tuple[str, ...], state: str, message: str = ""
    ) -> None:
        mine = (SEARCHES.c.id == search_id, SEARCHES.c.state.in_(before))
        connection.execute(update(SEARCHES).where(*mine).values(state=state, message=kept(message)))

    def _read(self, condition: Any) -> tuple[list[SearchRow], list[UnreadableSearch]]:
        statement = select(SEARCHES).where(condition).order_by(SEARCHES.c.number.desc())
        with self._database.read() as connection:
            rows = [{**row} for row in connection.execute(statement).mappings()]
        found, unreadable = [], []
        for row in rows:
            try:
                found.append(_search_row(row))
            except ValueError:
                unreadable.append(UnreadableSearch(str(row["id"]), visible_text(str(row["name"]))))
        return found, unreadable


def _search_row(row: Mapping[str, Any]) -> SearchRow:
    """Return the SearchRow of a row of the table.  Raises: ValueError for one that cannot be read."""
    texts = {name: row[name] for name in ("id", "owner", "name", "state")}
    if row["state"] not in STATES or not all(
        isinstance(text, str) for text in (*texts.values(), row["message"])
    ):
        raise ValueError(row["state"])
    created_at = float(row["created_at"])
    return SearchRow(
        **texts, plan=plan_from_json(row["plan"]), message_kept=row["message"], created_at=created_at
    )
