"""Inkling without what Windows lacks: every module can be imported, and runs train."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIKE_WINDOWS = ROOT / "tests/like_windows"

IMPORT_ALL = """
import os, sys
assert not hasattr(os, "nice") and sys.modules["fcntl"] is None
for statement in sys.stdin.read().splitlines():
    try:
        exec(statement)
    except Exception as error:
        print(f"{statement}: {error!r}")
"""

TRAIN = """
from core.config.run_config import RunConfig
from core.jobs.engine import EmbeddedEngine
from core.jobs.forkserver import METHOD
from core.runs import Store
from tests.polling import until

if __name__ == "__main__":  # what is spawned imports this again
    store = Store()
    engine = EmbeddedEngine(store)
    try:
        runs = [store.create(RunConfig(epochs=1, seed=seed)) for seed in (0, 1)]
        for run_id in runs:
            engine.submit(run_id)
        until(lambda: all(store.get(run_id).has_ended for run_id in runs), "the end of both runs")
        rows = [store.get(run_id) for run_id in runs]
        warm = engine.wait_until_warm(30)
    finally:
        engine.close()
    leases = list(store.database.path.parent.glob("*.leases/*"))
    print(METHOD, warm, leases, *(f"{row.status} {row.test_accuracy > 0.85}" for row in rows))
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="hides what Linux has")


def run_like_windows(*arguments: str, given: str = "", **variables: str) -> str:
    """Run Python without what Windows lacks; return what it printed."""
    path = os.pathsep.join([str(LIKE_WINDOWS), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore", **variables}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, input=given, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def import_statement(path: Path) -> list[str]:
    """Return the import of a module; of a script, which does its work when imported, the imports in it."""
    if path.name in ("page.py", "__main__.py"):
        nodes = ast.parse(path.read_text(encoding="utf-8")).body
        return [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return [f"import {'.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')}"]


def test_every_module_can_be_imported() -> None:
    files = [
        ROOT / "app.py",
        *(path for room in ("core", "pages", "deploy") for path in sorted((ROOT / room).rglob("*.py"))),
    ]
    files.remove(ROOT / "core/runs/migrations/env.py")  # Alembic runs it, in a context that it has made
    statements = [statement for path in files for statement in import_statement(path)]
    assert len(statements) > 200
    assert run_like_windows("-c", IMPORT_ALL, given="\n".join(statements)) == ""


def test_runs_train_one_after_the_other_in_spawned_workers(data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN)
    store = f"sqlite:///{tmp_path / 'inkling.db'}"
    said = run_like_windows(
        str(tmp_path / "train.py"), INKLING_DATA=str(data_folder), INKLING_STORE=store, INKLING_WORKERS="1"
    )
    assert said == "spawn True [] finished True finished True"
