"""A run as the live channel tells of it: in the words of each language, with what is there, and to its end."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import DatasetError, ImageData
from core.live.hub import Topic
from core.live.news import Moment, MomentSource
from core.live.run_feed import Feed
from core.live.run_news import GONE, run_moment, state_marks, state_moment
from core.live.run_snapshot import LoadImages
from core.protocol.events import Evaluated, Event, Finished
from core.runs import Store
from tests.catalogues import german
from tests.core.live.test_news import KEYS, PageClient, Told
from tests.core.runs.conftest import started, steps, told, weights


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
    yield opened
    opened.close()


def run_source(store: Store, run_id: str, images: LoadImages, language: str = "en") -> MomentSource:
    feed = Feed(run_id)

    def now() -> Moment:
        return run_moment(run_id, lambda _: (feed.refresh(store), feed), store, images, has_torch=False)

    return MomentSource(Topic("run", run_id, language), now)


def everything(source: MomentSource) -> Told:
    whole = source.look(wants_whole=True, viewers=1).whole
    assert whole is not None
    return Told(whole)


def seen_at(store: Store, run_id: str) -> float | None:
    with store.database.read() as connection:
        return connection.exec_driver_sql("SELECT seen_at FROM runs WHERE id = ?", (run_id,)).scalar()


def test_a_run_is_told_and_seen_and_then_gone(store: Store, mnist: ImageData) -> None:
    run_id, _ = told(store, started(total_steps=10), steps(1, 10), weights(10), Finished(10, "finished", 1.0))
    assert seen_at(store, run_id) is None
    source = run_source(store, run_id, lambda _: mnist)
    news = everything(source)
    assert set(news.parts) == KEYS
    assert news.header["topic"] == f"run:{run_id}"
    assert news.header["marks"]["page"].startswith("finished")
    assert seen_at(store, run_id) is not None, "whoever watches keeps it from being pruned"
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM runs WHERE id = ?", (run_id,))
    gone = everything(source)
    assert (gone.header["marks"], gone.parts) == ({"page": GONE}, {})


def test_a_deleted_run_is_gone_until_it_is_restored(store: Store) -> None:
    run_id, _ = told(store, started(total_steps=10), steps(1, 10), weights(10))
    feed = Feed(run_id)

    def now() -> Mapping[str, str]:
        return state_moment(run_id, lambda _: (feed.refresh(store), feed), store).marks

    status = now()["page"]
    store.delete(run_id)
    assert now()["page"] == GONE
    store.restore(run_id)
    assert now()["page"] == status


def test_each_mark_changes_with_what_it_stands_for_and_with_nothing_else(store: Store) -> None:
    run_id, attempt = told(store, started(total_steps=10))
    feed = Feed(run_id)

    def marks_after(*news: Event) -> set[str]:
        before = state_marks(store.get(run_id), store.newest_weights_step(run_id))
        store.append(run_id, attempt, list(news))
        after = state_moment(run_id, lambda _: (feed.refresh(store), feed), store).marks
        return {name for name in before if before[name] != after[name]}

    assert marks_after(steps(1, 3)) == {"revision"}
    assert marks_after(weights(3)) == {"weights", "revision"}
    assert marks_after(Evaluated(3, "test", 0.5, 0.9, np.zeros(20, np.int64))) == {"evaluation", "revision"}
    assert marks_after(Finished(3, "finished", 1.0)) == {"page", "revision"}


def test_a_run_whose_images_are_gone_is_told_without_them(store: Store) -> None:
    def gone(name: str) -> ImageData:
        raise DatasetError(f"{name} is gone.", "Choose another.")

    run_id, _ = told(store, started(total_steps=10), steps(1, 10), weights(10))
    news = everything(run_source(store, run_id, gone))
    assert set(news.parts) == KEYS - {"strip"}
    assert news.header["trouble"] == ""


def test_each_language_is_told_in_its_own_words(
    store: Store, mnist: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    german({"train loss": "Verlust im Training"}, tmp_path / "locales", monkeypatch)
    run_id, _ = told(store, started(total_steps=10), steps(1, 10), config=RunConfig(epochs=1))
    names = {}
    for language in ("en", "de"):
        client = PageClient()
        client.take(everything(run_source(store, run_id, lambda _: mnist, language)))
        names[language] = client.parts["head"].values["name0"]
    assert names == {"en": "train loss", "de": "Verlust im Training"}
