"""A copy of everything that was made here, taken and put back while the app runs.

A backup is a zip: the run store with the key that visitors' names are signed with, datasets of one's own, and the key
of earlier versions, if there is one. Putting it back adds what is missing and changes nothing that is there.
"""

import json
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import insert, select

from core.config.app_settings import Settings
from core.datasets.user_datasets import BIN, OWN
from core.i18n.system_reasons import reason_of
from core.i18n.translation import N_, _
from core.runs import Store
from core.runs.classroom_schema import CLASSROOMS, MEMBERS, TEACHER_KEYS, TEACHERS
from core.runs.damaged_database import is_damaged
from core.runs.errors import ImportRefused
from core.runs.lab import copy_lab
from core.runs.schema import ARTIFACTS, EVENTS, OWN_DATASETS, RUNS

FORMAT: Final = "inkling-backup"
VERSION: Final = 1
_STORE: Final = "inkling.db"
_KEY: Final = "visitor.key"
_ABOUT: Final = "backup.json"
_AGAIN: Final = N_("Use a file made by “python -m core backup”.")


@dataclass(frozen=True)
class BackupSummary:
    """What a backup holds, or what putting it back added: runs, and files beside the store."""

    runs: int
    files: int


def backup(store: Store, path: Path) -> BackupSummary:
    """Write a backup to `path`, whole or not at all; the app may go on meanwhile.

    Raises: FileExistsError if there is a file already; OSError, StoreError.
    """
    if path.exists():
        raise FileExistsError(
            _("{path} already exists. Choose another name, or delete it first.", path=str(path))
        )
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".backup-") as folder:
        copy = Path(folder) / _STORE
        runs = _copy_store(store, copy)
        files = _files_beside(store.settings.data_dir)
        whole = Path(folder) / "whole.zip"
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_ABOUT, json.dumps({"format": FORMAT, "version": VERSION, "runs": runs}))
            archive.write(copy, _STORE)
            for name, file in files.items():
                archive.write(file, name)
        whole.replace(path)
    return BackupSummary(runs, len(files))


def restore(path: Path, settings: Settings) -> BackupSummary:
    """Put a backup back: every run, dataset and class that is not here. What is here stays as it is.

    Runs that were in work when the backup was taken come back as interrupted, to be resumed.
    Raises: ImportRefused for a file that is no backup, or damaged; OSError, StoreError.
    """
    with tempfile.TemporaryDirectory(prefix="inkling-restore-") as folder:
        taken = Path(folder)
        _unpack(path, taken)
        files = _put_files_back(taken, settings.data_dir)
        source = Store(f"sqlite:///{taken / _STORE}", settings=replace(settings, store=""))
        try:
            runs = _put_runs_back(source, taken / _STORE, settings)
        finally:
            source.close()
    return BackupSummary(runs, files)


def _copy_store(store: Store, path: Path) -> int:
    """Copy the store to a SQLite file as it is at one moment; return how many runs it has."""
    if store.database.path is not None:
        with closing(sqlite3.connect(store.database.path)) as live, closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
            return int(copy.execute("SELECT count(*) FROM runs").fetchone()[0])
    target = Store(f"sqlite:///{path}", settings=store.settings)
    try:
        copy_lab(store.database, target.database)
        return copy_runs(store, target)
    finally:
        target.close()


def copy_runs(source: Store, target: Store) -> int:
    """Copy every run that `target` has not, with its events and artifacts, and whose is what; return how many runs."""
    with source.database.read() as connection:
        ids = connection.scalars(select(RUNS.c.id).order_by(RUNS.c.number)).all()
    with target.database.read() as connection:
        known = set(connection.scalars(select(RUNS.c.id)))
    missing = [run_id for run_id in ids if run_id not in known]
    for run_id in missing:
        with source.database.read() as connection:
            rows = {
                table: [{**row} for row in connection.execute(select(table).where(key == run_id)).mappings()]
                for table, key in (
                    (RUNS, RUNS.c.id),
                    (EVENTS, EVENTS.c.run_id),
                    (ARTIFACTS, ARTIFACTS.c.run_id),
                )
            }
        for row in rows[RUNS]:
            del row["number"]
        with target.database.write() as connection:
            for table, found in rows.items():
                if found:
                    connection.execute(insert(table), found)
    _copy_owners(source, target)
    _copy_classes(source, target)
    return len(missing)


def _copy_owners(source: Store, target: Store) -> None:
    """Copy whose each dataset is that `target` has no row of."""
    with source.database.read() as connection:
        rows = [{**row} for row in connection.execute(select(OWN_DATASETS)).mappings()]
    with target.database.write() as connection:
        known = set(connection.scalars(select(OWN_DATASETS.c.name)))
        if missing := [row for row in rows if row["name"] not in known]:
            connection.execute(insert(OWN_DATASETS), missing)


def _copy_classes(source: Store, target: Store) -> None:
    """Copy each class that `target` has not, with its keys and teachers, and who is a member; not their browsers.

    Of a class that is there, too, who became a member since comes along, but no key: it may have been taken back.
    """
    tables = (CLASSROOMS, TEACHER_KEYS, TEACHERS, MEMBERS)
    with source.database.read() as connection:
        rows = {table: [{**row} for row in connection.execute(select(table)).mappings()] for table in tables}
    with target.database.write() as connection:
        here = {*connection.scalars(select(CLASSROOMS.c.id))}
        codes = {*connection.scalars(select(CLASSROOMS.c.code))}
        new = {row["id"] for row in rows[CLASSROOMS] if row["id"] not in here and row["code"] not in codes}
        rows[CLASSROOMS] = [row for row in rows[CLASSROOMS] if row["id"] in new]
        for table in (TEACHER_KEYS, TEACHERS):
            rows[table] = [row for row in rows[table] if row["classroom_id"] in new]
        known = {*connection.scalars(select(MEMBERS.c.id))}
        names = {(*row,) for row in connection.execute(select(MEMBERS.c.classroom_id, MEMBERS.c.folded))}
        rows[MEMBERS] = [
            row
            for row in rows[MEMBERS]
            if row["classroom_id"] in here | new
            and row["id"] not in known
            and (row["classroom_id"], row["folded"]) not in names
        ]
        for table, missing in rows.items():
            if missing:
                connection.execute(insert(table), missing)


def _put_runs_back(source: Store, file: Path, settings: Settings) -> int:
    """Bring the backup's runs in: as the whole file where there is no store yet, run by run where there is."""
    url = settings.store_url
    home = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if home is not None and not home.exists():
        count = sum(source.count_by_state().values())
        source.close()
        home.parent.mkdir(parents=True, exist_ok=True)
        temporary = home.with_name(f".{home.name}.restoring")
        with closing(sqlite3.connect(file)) as taken, closing(sqlite3.connect(temporary)) as copy:
            taken.backup(copy)
        temporary.replace(home)
        return count
    target = Store(settings=settings)
    try:
        copy_lab(source.database, target.database)
        return copy_runs(source, target)
    finally:
        target.close()


def _files_beside(data_dir: Path) -> dict[str, Path]:
    """Return what else was made here, name in the backup -> file."""
    own = (file for part in (OWN, BIN) for file in sorted((data_dir / part).rglob("*")) if file.is_file())
    files = {PurePosixPath(file.relative_to(data_dir)).as_posix(): file for file in own}
    if (data_dir / _KEY).exists():
        files[_KEY] = data_dir / _KEY
    return files


def _put_files_back(taken: Path, data_dir: Path) -> int:
    """Copy what is missing: whole datasets, and the key where there is none."""
    count = 0
    data_dir.mkdir(parents=True, exist_ok=True)
    if (taken / _KEY).exists() and not (data_dir / _KEY).exists():
        shutil.copyfile(taken / _KEY, data_dir / _KEY)
        (data_dir / _KEY).chmod(0o600)
        count += 1
    for dataset in sorted([*(taken / OWN).glob("*"), *(taken / BIN).glob("*")]):
        home = data_dir / dataset.parent.name / dataset.name
        is_here = any((data_dir / part / dataset.name).exists() for part in (OWN, BIN))
        if dataset.is_dir() and not is_here:
            temporary = home.with_name(f".{home.name}.restoring")
            shutil.copytree(dataset, temporary, dirs_exist_ok=True)
            temporary.replace(home)
            count += sum(file.is_file() for file in home.rglob("*"))
    return count


def _unpack(path: Path, folder: Path) -> None:
    """Unpack a backup's own files, and nothing else, below `folder`; check the store in it."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        message = _("{file} is not a backup: it cannot be read as a zip file.", file=path.name)
        raise ImportRefused(message, _(_AGAIN)) from None
    with archive:
        names = archive.namelist()
        strange = [name for name in names if not _is_ours(name)]
        if strange:
            message = _(
                "{file} is not a backup: it contains “{member}”.", file=path.name, member=strange[0][:60]
            )
            raise ImportRefused(message, _(_AGAIN))
        if _STORE not in names or _ABOUT not in names:
            message = _("{file} is not a backup: it contains no run store.", file=path.name)
            raise ImportRefused(message, _(_AGAIN))
        about = _about(archive)
        if about.get("format") != FORMAT or about.get("version") != VERSION:
            message = _(
                "{file} is a backup of version {found}, but this Inkling reads version {known}.",
                file=path.name,
                found=str(about.get("version"))[:20],
                known=VERSION,
            )
            raise ImportRefused(message, _("Update Inkling, then restore again."))
        try:
            archive.extractall(folder)
        except Exception as error:  # why: zipfile and zlib raise a dozen kinds for damaged members
            message = _("{file} is damaged ({reason}).", file=path.name, reason=reason_of(error))
            raise ImportRefused(message, _(_AGAIN)) from error
    if is_damaged(folder / _STORE):
        message = _("The run store in {file} is damaged.", file=path.name)
        raise ImportRefused(message, _("Use an older backup."))


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    inside = not name.startswith(("/", "\\")) and ".." not in parts and ":" not in name and "\\" not in name
    return name in (_STORE, _KEY, _ABOUT) or (inside and len(parts) > 2 and parts[0] in (OWN, BIN))


def _about(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        found = json.loads(archive.read(_ABOUT))
    except Exception as error:  # why: zipfile, zlib and json each raise their own for a damaged member
        message = _(
            "The backup's {member} cannot be read ({reason}).", member=_ABOUT, reason=reason_of(error)
        )
        raise ImportRefused(message, _(_AGAIN)) from error
    return found if isinstance(found, dict) else {}
