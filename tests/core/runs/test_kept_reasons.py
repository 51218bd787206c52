"""Why a run stands as it does: a code and values in the store, a sentence in the language of whoever looks."""

import json

import pytest
from sqlalchemy import select

from core.i18n.kept_sentences import with_code
from core.i18n.reader import Reader, read_by
from core.i18n.translation import Sentence, _
from core.protocol.events import Diverged, Failed
from core.runs import LostRun, UnknownRun
from core.runs.run_row import LOST_CAUSE
from core.runs.schema import EVENTS, RUNS
from tests.catalogues import write_catalogue
from tests.core.runs.conftest import open_store, started, steps, told

GERMAN = Reader("de")
NOT_FINITE = "The loss is no longer a finite number at step {step}."


@pytest.fixture(autouse=True)
def _german(tmp_path, monkeypatch):
    sentences = {
        NOT_FINITE: "Der Verlust ist bei Schritt {step} keine endliche Zahl mehr.",
        "The process that was training this run ended unexpectedly.": "Der Prozess dieses Laufs ist weg.",
        "There is no run “{run}”.": "Es gibt keinen Lauf „{run}“.",
        "Try a learning rate of {rate:plain}.": "Versuche die Lernrate {rate:plain}.",
    }
    write_catalogue(tmp_path / "locales", "de", sentences)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path / "locales"))


def diverged() -> Diverged:
    return Diverged(1200, 0.5, _(NOT_FINITE, step=1200), _("Try a learning rate of {rate:plain}.", rate=0.5))


def column(store, run_id, name="message"):
    with store.database.read() as connection:
        return connection.scalar(select(RUNS.c[name]).where(RUNS.c.id == run_id))


def test_row_and_event_keep_code_and_values_and_are_read_in_the_readers_language(store):
    with read_by(GERMAN):
        run_id, _attempt = told(store, started(), steps(1, 3), diverged())
    kept = {"code": "diverged", "id": [NOT_FINITE], "values": {"step": 1200}}
    assert json.loads(column(store, run_id)) == kept
    with store.database.read() as connection:
        payload = connection.scalar(select(EVENTS.c.payload).where(EVENTS.c.kind == "diverged"))
    assert json.loads(json.loads(payload)["message"]) == kept
    row = store.get(run_id)
    assert row.message == "The loss is no longer a finite number at step 1,200."
    assert row.remedy == "Try a learning rate of 0.5."
    with read_by(GERMAN):
        assert row.message == "Der Verlust ist bei Schritt 1.200 keine endliche Zahl mehr."
        assert row.remedy == "Versuche die Lernrate 0,5."
        event = store.events_since(run_id).events[-1]
        assert isinstance(event, Diverged)
        assert event.message == row.message
    assert isinstance(row.message, Sentence)
    assert row.message.code == "diverged"


def test_a_failure_keeps_the_code_of_its_sentence_or_its_cause(store):
    for failed, code in (
        (Failed(3, "timeout", _("Too long."), _("Less.")), "timeout"),
        (Failed(3, "user_error", with_code("no room", "out_of_memory"), _("Less.")), "out_of_memory"),
    ):
        run_id, _attempt = told(store, started(), failed)
        assert json.loads(column(store, run_id))["code"] == code
        assert json.loads(column(store, run_id, "remedy"))["code"] == code
        assert store.get(run_id).message == failed.message


@pytest.mark.parametrize(
    "text",
    [
        "The loss stopped being a finite number at step 3.",
        '{"loss": 3}',
        '{"code": "x", "id": 3}',
        "{n} of {x.y}",
    ],
)
def test_text_of_an_earlier_version_is_read_as_it_is(store, text):
    run_id, _attempt = told(store, started(), Diverged(3, 0.1, text, text))
    assert (column(store, run_id), store.get(run_id).message, store.get(run_id).remedy) == (text, text, text)
    event = store.events_since(run_id).events[-1]
    assert isinstance(event, Diverged)
    assert (event.message, event.remedy) == (text, text)


def test_a_kept_sentence_that_cannot_be_said_breaks_no_list(store):
    run_id, _attempt = told(store, started(), diverged())
    strange = json.dumps({"code": "x", "id": ["{x.__class__.__init__}"], "values": {"x": 1}})
    with store.database.write() as connection:
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(message=strange))
    assert [row.message for row in store.list()] == ["{x.__class__.__init__}"]


def test_a_lost_worker_is_known_by_its_code_in_any_language(store, store_path):
    run_id, attempt = told(store, started(), steps(1, 7))
    store.leases.give_back(run_id)
    reader = open_store(store_path)
    with read_by(GERMAN):
        assert reader.get(run_id).message == "Der Prozess dieses Laufs ist weg."
        assert reader.mark_interrupted() == [run_id]
    assert json.loads(column(store, run_id)) == {
        "code": LOST_CAUSE,
        "id": ["The process that was training this run ended unexpectedly."],
        "values": {},
    }
    with read_by(GERMAN):
        store.report_lost_worker(run_id, attempt, with_code(_(NOT_FINITE, step=1), "worker_killed"))
    assert json.loads(column(store, run_id))["code"] == "worker_killed", (
        "whoever saw the loss did not know how it came"
    )
    store.report_lost_worker(run_id, attempt, "and by something else")
    assert json.loads(column(store, run_id))["code"] == "worker_killed"


def test_a_reason_to_give_a_run_back_is_kept_with_its_cause(store):
    run_id, attempt = told(store, started())
    store.release(
        run_id, attempt, cause="app_ended", message=_(NOT_FINITE, step=2), remedy=_("Press Resume.")
    )
    assert json.loads(column(store, run_id))["code"] == "app_ended"
    assert json.loads(column(store, run_id, "remedy"))["code"] == "app_ended"


def test_errors_are_said_when_they_are_raised_and_have_a_code(store):
    with read_by(GERMAN), pytest.raises(UnknownRun, match="keinen Lauf „nobody“"):
        store.get("nobody")
    assert (UnknownRun("x").code, LostRun("x", 1).code) == ("unknown_run", "lost_run")


def test_notices_are_said_to_each_reader(store_path, tmp_path, monkeypatch):
    source = (
        "The run store {file} was damaged. It was kept as {aside}, and a new one was created. "
        "Nothing was deleted: the command “sqlite3 {aside} .recover” may still read the runs in it."
    )
    write_catalogue(tmp_path / "more", "de", {source: "{file} war beschädigt und heißt nun {aside}."})
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path / "more"))
    store_path.write_bytes(b"garbage " * 2000)
    opened = open_store(store_path)
    with read_by(GERMAN):
        assert opened.notices[0].startswith("inkling.db war beschädigt und heißt nun inkling.db.damaged-")
    assert "was damaged. It was kept as inkling.db.damaged-" in opened.notices[0]
