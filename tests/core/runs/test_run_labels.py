"""A run's title and status in words."""

from dataclasses import replace

from core.config.presets import DEFAULT
from core.config.run_config import RunConfig
from core.i18n.reader import Reader, read_by
from core.runs.run_labels import STATUSES, TONES, distinct_titles, status_text, title
from core.runs.run_row import STATES
from tests.catalogues import write_catalogue
from tests.core.runs.conftest import claimed


def test_a_run_is_called_by_its_name_or_by_what_it_is(store):
    named = store.create(RunConfig(), name="mine")
    plain = store.create(RunConfig(dataset="fashion_mnist", model="cnn", learning_rate=5e-6))
    assert title(store.get(named)) == "mine"
    assert title(store.get(plain)) == "CNN, Fashion-MNIST, learning rate 0.000005, 5 epochs"


def test_runs_of_one_title_are_told_apart_by_their_ids(store):
    ids = [store.create(DEFAULT) for _twin in range(2)]
    other = store.create(replace(DEFAULT, learning_rate=1))
    assert distinct_titles([store.get(run_id) for run_id in (*ids, other)]) == {
        **{run_id: f"Softmax, MNIST, learning rate 0.1 · {run_id[:4]}" for run_id in ids},
        other: "Softmax, MNIST, learning rate 1",
    }


def test_every_status_has_a_word_and_a_tone():
    assert set(STATUSES) == set(TONES) == set(STATES)


def test_a_queued_run_says_how_many_are_ahead(store, tmp_path, monkeypatch):
    write_catalogue(
        tmp_path / "locales", "de", {("Queued, {n} ahead", "Queued, {n} ahead"): ("{n} davor", "{n} davor")}
    )
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path / "locales"))
    ids = [store.create(RunConfig()) for _place in range(3)]
    assert [status_text(store.get(run_id)) for run_id in ids] == [
        ("Queued, next", "waiting"),
        ("Queued, 1 ahead", "waiting"),
        ("Queued, 2 ahead", "waiting"),
    ]
    with read_by(Reader("de")):
        assert status_text(store.get(ids[2]))[0] == "2 davor"
    running, _attempt = claimed(store)
    assert status_text(store.get(running)) == ("Running", "live")
