"""Who may do what to another's things, as a table in Markdown: each order and read tried on a store of its own.

python -m tests.core.runs.access_table
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from core.access.guard import action_of
from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.runs import Store
from core.runs.dataset_rights import LINK
from core.runs.own_datasets import OwnDatasets
from core.search import Searches
from pages.server.cookies import visitor_in
from tests.core.runs import test_access as runs
from tests.core.runs import test_own_datasets as sets
from tests.visitors import cookie_of

FORGED: Final = "forged cookie"
WITH_LINK: Final = "stranger, shared"


def rows(folder: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (method, action, what became of it by who tried); stores and images lie in the folder."""
    kinds: tuple[tuple[str, dict[str, Any], type | None], ...] = (
        ("runs", runs.CALLS, None),
        ("searches", runs.SEARCH_CALLS, Searches),
        ("datasets", sets.CALLS, OwnDatasets),
    )
    for kind, calls, facade in kinds:
        for name, call in calls.items():
            found, action = {}, None
            for who in (*runs.ACTORS, FORGED, *((WITH_LINK,) if kind == "datasets" else ())):
                place = folder / secrets.token_hex(8)
                with closing(_store(place)) as store:
                    method = getattr(facade or store, name)
                    action = action_of(method)
                    found[who] = _tried(store, place / "runs.db", kind, call, who)
            yield f"{kind}: {name}", str(action), found


def _store(place: Path) -> Store:
    place.mkdir()
    settings = Settings(store=f"sqlite:///{place / 'runs.db'}", data=str(place / "data"))
    return Store(settings=settings)


def _tried(store: Store, path: Path, kind: str, call: Callable[..., object], who: str) -> str:
    acting = store.acting_as(_actor(store, who))
    if kind != "datasets":
        things = runs.things_in(store, path)
        return runs.tried(call, acting if kind == "runs" else Searches(acting), things)
    hers = sets.sets_in(store)
    if who == WITH_LINK:
        OwnDatasets(store).share(hers.drawn, LINK)
    return sets.tried(call, OwnDatasets(acting), hers)


def _actor(store: Store, who: str) -> Actor:
    if who == FORGED:  # whom the server takes it for
        return Actor(Role.VISITOR, visitor_in([cookie_of(store, "ada", key=b"not the lab's")])[0])
    return runs.ACTORS["stranger" if who == WITH_LINK else who]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INKLING_STORE"] = f"sqlite:///{Path(folder) / 'lab.db'}"
        columns = [*runs.ACTORS, FORGED, WITH_LINK]
        print("| what | action | " + " | ".join(columns) + " |")
        print("|---|---|" + "---|" * len(columns))
        for method, action, found in rows(Path(folder)):
            cells = (found.get(who, "") for who in columns)
            print(f"| {method} | {action} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
