"""The runner's thread for searches: cheap while there are none, and only one in all the apps of a store."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from core.runs import Store, StoreError
from core.search.search_table import Searches

LOG: Final = logging.getLogger("inkling.search")
TICK_S: Final = 1.0
LEASE: Final = "searches"


def watch_searches(store: Store, wake: Callable[[], None], is_over: threading.Event) -> None:
    """Drive the store's searches until `is_over`. Optuna is imported with the first of them."""
    driver, is_ours, complaint = None, False, ""
    while not is_over.wait(TICK_S):
        try:
            if not Searches(store).active():
                continue
            is_ours = is_ours or store.leases.take(LEASE, wait_s=0.0)
            if not is_ours:
                continue
            if driver is None:
                from core.search.driver import Driver  # here: it takes a second to import

                driver = Driver(store, wake)
            driver.tick()
            complaint = ""
        except Exception as error:  # why: whatever is wrong with a search must not end the runner
            if str(error) != complaint:
                LOG.warning("searches wait: %s", error, exc_info=not isinstance(error, StoreError))
            complaint = str(error)
