"""Who is looking: the visitor or member whose cookie came with the session (cookies.py), else a new one."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar

import streamlit as st
from starlette.types import Scope

from core.access.rules import Action, Actor, Role
from core.classroom.seats import Roles, Seat, roles
from core.config.app_settings import EVERYONE, LOCAL
from core.config.field_errors import FieldError
from core.config.run_config import RunConfig
from core.datasets import DatasetError, ImageData, PrivateDataset, UnknownDataset
from core.i18n.translation import _
from core.runs import RunRow, Store, StoreError, UnreadableRun, dataset_rights
from core.runs.dataset_rights import PRIVATE, OwnDataset
from core.runs.handover import offer
from core.runs.operators import operators
from core.runs.own_datasets import OwnDatasets
from pages.components.live_channel import follow_as
from pages.server import services
from pages.server.cookies import PASSING, lab, new_name, signed, visitor_in
from pages.server.identity import classroom_of, visitor_of
from pages.server.seat import is_near, seated, seated_still
from pages.server.services import engine, system_store

T = TypeVar("T")
ROLES_S: Final = 3.0  # so long who is no operator, teacher or member any more may still be one


def visitor() -> str:
    """Return this visitor's name, the same in every tab of the browser and after its restart; a member's, their own.

    Raises: StoreError, SettingsError.
    """
    seat = _seat()
    return seat.member_id if seat else browser()


def _seat() -> Seat | None:
    """Return the seat of this session's browser, None also at once where the member was removed just now."""
    seat = seated()
    return seated_still() if seat and seat.member_id in _roles().gone else seat


def browser() -> str:
    """Return the visitor whose browser it is, whichever member of a class is at work there.

    Raises: StoreError, SettingsError.
    """
    if "visitor" not in st.session_state:
        known, _is_current = visitor_in(st.context.headers.get_all("cookie"))
        st.session_state.visitor = known or new_name()
        if not known:
            st.session_state.visitor_untold = True
            follow_as(
                signed(st.session_state.visitor, PASSING)
            )  # no cookie comes with the live channel, either
        elif not lab().is_kept:
            st.session_state.visitor_untold = True
    return str(st.session_state.visitor)


def tell_how_long_known() -> None:
    """Say, once, to a visitor whom the server will not know again that it will not."""
    visitor()
    if not st.session_state.pop("visitor_untold", False):
        return
    if lab().is_kept:
        sentence = _(
            "Your browser keeps no cookies here, so what you make is yours only until this tab is closed or reloaded."
        )
    else:
        sentence = _(
            "The run store cannot be written, so what you make is yours only until Inkling is started again."
        )
    st.toast(sentence, icon=":material/cookie_off:", duration="infinite")


def new_handover() -> str:
    """Return the word of a one-time link by which another browser becomes this visitor.  Raises: StoreError."""
    return offer(system_store().database, browser())


def actor() -> Actor:
    """Return this visitor as the rules know them.

    Raises: StoreError, also for an order given where a member did nothing for long: it may be somebody else's.
    """
    seat = _seat()
    if seat is None:
        return actor_named(visitor(), comes_near=is_near())
    if seat.is_idle:
        raise StoreError(
            _("Nothing was done here for an hour, so what was pressed just now was not done."),
            _("Press it again."),
        )
    return actor_named(seat.member_id, seat.classroom_id)


def actor_named(name: str, classroom: str = "", *, comes_near: bool = False) -> Actor:
    """Return the visitor of this name ("": nobody known) as the rules know them.

    classroom: the id of the class whose member they came as. comes_near: from a private network.  Raises: StoreError.
    """
    known = _roles()
    if classroom:
        is_gone = name in known.gone
        return Actor(Role.VISITOR) if is_gone else Actor(Role.VISITOR, name, member_of=classroom)
    role = Role.OPERATOR if name and name in _operators() else Role.VISITOR
    starters = services.settings().classes
    may_start = starters == EVERYONE or (starters == LOCAL and comes_near)
    return Actor(role, name, known.teachers.get(name, frozenset()), may_start_class=may_start)


def actor_of(scope: Scope) -> Actor:
    """Return who comes with a request or on a socket as the rules know them.  Raises: StoreError."""
    return actor_named(visitor_of(scope), classroom_of(scope))


def store_of(scope: Scope) -> Store:
    """Return the run store as who comes with a request may use it.  Raises: StoreError."""
    return _store_of(system_store(), actor_of(scope))


@st.cache_resource(show_spinner=False, ttl=ROLES_S)
def _operators() -> frozenset[str]:
    return operators(system_store().database)


@st.cache_resource(show_spinner=False, ttl=ROLES_S)
def _roles() -> Roles:
    return roles(system_store().database)


def renew_roles() -> None:
    """Have it be known at once who teaches or is in a class; another process of the app knows it ROLES_S later."""
    _roles.clear()


def store() -> Store:
    """Return the run store as this visitor may use it.  Raises: StoreError."""
    return _store_of(system_store(), actor())


@lru_cache(maxsize=512)
def _store_of(whole: Store, whose: Actor) -> Store:
    return whole.acting_as(whose)


def datasets() -> OwnDatasets:
    """Return the datasets of people's own as this visitor may use them.  Raises: StoreError."""
    return OwnDatasets(store())


def own_title(dataset: OwnDataset) -> str:
    """Return what a dataset of somebody's own is called in a list: with a word on whose it is."""
    if dataset.owner == visitor():
        return _("{title} (yours)", title=dataset.spec.title)
    if dataset.audience == PRIVATE:  # an operator's list has everybody's
        return _("{title} (private)", title=dataset.spec.title)
    return _("{title} (shared)", title=dataset.spec.title)


def image_data(name: str) -> ImageData:
    """Return a dataset's memory-mapped images as they are now, if this visitor may see them.

    Raises: DatasetError, one of them PrivateDataset; StoreError.
    """
    load = images_of(name)
    try:
        return load(name)
    except DatasetError as error:
        raise with_its_place(error, name) from error


def with_its_place(error: DatasetError, name: str) -> DatasetError:
    """Return the error, or one that says that the dataset lies in this visitor's own bin.  Raises: StoreError."""
    if not isinstance(error, UnknownDataset):
        return error
    folder = services.settings().data_dir
    binned = dataset_rights.own_in_bin(system_store().database, actor(), name, folder)
    if binned is None:
        return error
    told = _("“{title}” lies in your bin.", title=binned.title)
    return UnknownDataset(told, _("Restore it on Data, under “Mine”."))


def images_of(name: str) -> Callable[[str], ImageData]:
    """Return what loads a dataset's images on any thread, having asked whether this visitor may see them.

    Raises: PrivateDataset, UnknownDataset, StoreError.
    """
    datasets().check(Action.READ_DATASET, name)
    return services.image_data


def while_seen(name: str, make: Callable[[], T]) -> Callable[[], T]:
    """Return `make` for any thread, which asks once more whether this visitor may see the dataset's images.

    Raises, when called: PrivateDataset, UnknownDataset, StoreError.
    """
    own = datasets()

    def made() -> T:
        own.check(Action.READ_DATASET, name)
        return make()

    return made


def may_see(name: str) -> bool:
    """Return whether this visitor may see the dataset's images and train on them.  Raises: StoreError."""
    try:
        images_of(name)
    except DatasetError:
        return False
    return True


def is_private(name: str) -> bool:
    """Return whether the dataset is somebody else's own and not shared with this visitor.  Raises: StoreError."""
    try:
        images_of(name)
    except PrivateDataset:
        return True
    except DatasetError:  # it is gone
        pass
    return False


def refused_dataset(config: RunConfig) -> FieldError | None:
    """Return why this visitor may not train on the config's datasets, None where they may.  Raises: StoreError."""
    return dataset_rights.refused_dataset(
        system_store().database, actor(), config, services.settings().data_dir
    )


def submit(run_id: str) -> None:
    """Have the engine train the run.  Raises: NotAllowed, StoreError."""
    engine().submit(run_id, actor())


def command(run_id: str, **orders: Any) -> None:
    """Give the run orders (see RunOrders.order).  Raises: NotAllowed, ConfigError, StoreError."""
    engine().command(run_id, actor(), **orders)


def may(action: Action, run: RunRow | UnreadableRun) -> bool:
    """Return whether this visitor may do this to the run: to grey out what would be refused."""
    return store().may(action, run)


def is_mine(row: RunRow) -> bool:
    """Return whether this visitor made the run."""
    return bool(row.owner) and row.owner == visitor()
