"""What holds for every browser test."""

from collections.abc import Iterator

import pytest

from core.runs import Store
from tests.browser import App


@pytest.fixture(autouse=True)
def no_run_is_left_in_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stop what a test leaves in training: the next one needs a free core."""
    shared: App | None = request.getfixturevalue("app") if "app" in request.fixturenames else None
    yield
    if shared:
        store = Store(f"sqlite:///{shared.store}")
        for row in store.list(statuses=["queued", "running", "paused"]):
            store.order(row.id, command="stop")
        store.close()
