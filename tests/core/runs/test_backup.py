"""A backup taken while runs are written comes back whole, and putting it back changes nothing that is there."""

import io
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core.cli.app import make_app
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.export import ImportRefused
from core.runs import Store
from core.runs.backup import backup, restore
from core.runs.lab import lab_of
from core.training.loop import train

CONFIG = RunConfig(train_size=500, epochs=1, eval_every=2)


def settings_for(folder: Path) -> Settings:
    return replace(Settings(), data=str(folder), store=f"sqlite:///{folder / 'inkling.db'}")


@pytest.fixture
def lab(tmp_path: Path, mnist: ImageData) -> Store:
    """Return a store with one trained run, a queued one, a dataset of one's own and the visitors' key."""
    store = Store(settings=settings_for(tmp_path / "lab"))
    store.add_finished_run(CONFIG, list(train(mnist, CONFIG)), name="trained", owner="me")
    store.create(CONFIG, name="waiting")
    (tmp_path / "lab" / "own" / "abc").mkdir(parents=True)
    (tmp_path / "lab" / "own" / "abc" / "manifest.json").write_text("{}")
    (tmp_path / "lab" / "visitor.key").write_bytes(b"k" * 32)
    return store


def test_an_empty_folder_gets_every_run_back(lab: Store, tmp_path: Path) -> None:
    tally = backup(lab, tmp_path / "all.zip")
    assert (tally.runs, tally.files) == (2, 2)
    assert restore(tmp_path / "all.zip", settings_for(tmp_path / "new")).runs == 2
    found = Store(settings=settings_for(tmp_path / "new"))
    assert [(r.name, r.status, r.owner) for r in found.list()] == [
        (r.name, r.status, r.owner) for r in lab.list()
    ]
    (trained,) = found.list(search="trained")
    step = found.snapshots(trained.id)[-1]
    old, new = lab.snapshot(trained.id, step), found.snapshot(trained.id, step)
    assert np.array_equal(old["linear.weight"], new["linear.weight"])
    assert len(found.events_since(trained.id).events) == len(lab.events_since(trained.id).events)
    assert (tmp_path / "new" / "own" / "abc" / "manifest.json").read_text() == "{}"
    assert (tmp_path / "new" / "visitor.key").read_bytes() == b"k" * 32


@pytest.mark.parametrize("exists", [False, True])
def test_visitors_are_known_where_a_backup_is_put_back_unless_others_are(
    lab: Store, tmp_path: Path, exists: bool
) -> None:
    mine, there = lab_of(lab.database), settings_for(tmp_path / "new")
    backup(lab, tmp_path / "all.zip")
    if exists:
        Store(settings=there).close()
    restore(tmp_path / "all.zip", there)
    assert lab_of(Store(settings=there).database) == mine
    others = lab_of(Store(settings=settings_for(tmp_path / "others")).database)
    restore(tmp_path / "all.zip", settings_for(tmp_path / "others"))
    assert lab_of(Store(settings=settings_for(tmp_path / "others")).database) == others


def test_backup_is_one_moment_of_a_store_that_is_being_written(
    lab: Store, tmp_path: Path, mnist: ImageData
) -> None:
    story = list(train(mnist, CONFIG))
    is_enough, has_begun = threading.Event(), threading.Event()

    def write() -> None:
        while not is_enough.is_set():
            lab.add_finished_run(CONFIG, story)
            has_begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert has_begun.wait(120)
        backup(lab, tmp_path / "live.zip")
    finally:
        is_enough.set()
        writer.join()
    restore(tmp_path / "live.zip", settings_for(tmp_path / "new"))
    found = Store(settings=settings_for(tmp_path / "new"))
    adopted = found.list(statuses=["finished"])
    assert len(adopted) >= 2
    assert all(
        len(found.events_since(row.id).events) == len(found.events_since(adopted[0].id).events)
        for row in adopted
    )


def test_restoring_beside_newer_runs_adds_and_changes_nothing(lab: Store, tmp_path: Path) -> None:
    backup(lab, tmp_path / "all.zip")
    (trained,) = lab.list(search="trained")
    lab.rename(trained.id, "renamed since")
    (waiting,) = lab.list(search="waiting")
    with lab.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM runs WHERE id = '{waiting.id}'")
    newer = lab.create(CONFIG, name="newer")
    assert restore(tmp_path / "all.zip", lab.settings).runs == 1
    names = {row.id: row.name for row in lab.list()}
    assert names == {trained.id: "renamed since", waiting.id: "waiting", newer: "newer"}
    assert restore(tmp_path / "all.zip", lab.settings).runs == 0


@pytest.mark.parametrize("name", ["../evil", "own/../../evil", "/evil", "C:/evil", "inkling.db.exe"])
def test_a_backup_that_reaches_outside_is_refused(name: str, lab: Store, tmp_path: Path) -> None:
    backup(lab, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip", "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(ImportRefused, match="is not a backup"):
        restore(tmp_path / "all.zip", settings_for(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_damaged_store_in_a_backup_is_refused(lab: Store, tmp_path: Path) -> None:
    backup(lab, tmp_path / "all.zip")
    buffer = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "all.zip") as old, zipfile.ZipFile(buffer, "w") as new:
        new.writestr("backup.json", old.read("backup.json"))
        new.writestr("inkling.db", b"SQLite format 3\0" + b"\xee" * 9000)
    (tmp_path / "bad.zip").write_bytes(buffer.getvalue())
    with pytest.raises(ImportRefused, match="damaged"):
        restore(tmp_path / "bad.zip", settings_for(tmp_path / "new"))


def test_an_existing_file_is_not_written_over(lab: Store, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_text("mine")
    with pytest.raises(FileExistsError, match="already exists"):
        backup(lab, tmp_path / "all.zip")
    assert (tmp_path / "all.zip").read_text() == "mine"


def test_the_command_line_takes_a_run_away_and_brings_it_in(
    lab: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'lab' / 'inkling.db'}")
    shell = CliRunner()
    for form in ("bundle", "safetensors"):
        done = shell.invoke(make_app(), ["export", "trained", "--format", form, "--output", str(tmp_path)])
        assert done.exit_code == 0, done.output
        path = done.stdout.strip()
        done = shell.invoke(make_app(), ["import", path, "--name", "weights only"])
        assert done.exit_code == 0, done.output
        imported = lab.get(done.stdout.strip())
        (trained, *_) = lab.list(owner="me")
        assert imported.test_accuracy == pytest.approx(trained.test_accuracy, abs=1e-4)
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "lab"))
    done = shell.invoke(make_app(), ["backup", str(tmp_path / "b.zip")])
    assert done.stdout == f"Saved 4 runs to {tmp_path / 'b.zip'}. Saved 2 other files as well.\n"
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "fresh"))
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'fresh' / 'inkling.db'}")
    done = shell.invoke(make_app(), ["restore", str(tmp_path / "b.zip")])
    assert done.stdout == "Restored 4 runs. Restored 2 other files.\n"
    done = shell.invoke(make_app(), ["restore", str(tmp_path / "b.zip")])
    assert done.stdout == "Restored 0 runs.\n"
    wrong = shell.invoke(make_app(), ["export", "trained", "--format", "docx"])
    assert wrong.exit_code == 2
    assert "safetensors" in wrong.stderr
