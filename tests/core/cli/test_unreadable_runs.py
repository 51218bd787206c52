"""A run that cannot be read, on the command line: a line beside the others, and a refusal where it is named."""

from pathlib import Path

import pytest

from core.config.run_config import RunConfig
from core.runs import Store
from tests.core.cli.test_train import command_here
from tests.core.runs.unreadable_rows import DAMAGES, damage


@pytest.fixture
def store(tmp_path: Path) -> tuple[Path, str]:
    """Return a store's file, and the id of a run in it that has a setting of a later version, beside a good one."""
    path = tmp_path / "inkling.db"
    store = Store(f"sqlite:///{path}")
    store.create(RunConfig(), name="good")
    run_id = store.create(RunConfig(), name="later")
    damage(store, run_id, DAMAGES["a setting of a later version"])
    store.close()
    return path, run_id


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_runs_lists_the_others_and_says_so(store: tuple[Path, str], options: tuple[str, ...]) -> None:
    done = command_here(store[0], "runs", *options)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 1
    assert "good" in done.stdout
    assert "The run “later” cannot be read: it has settings that this version of Inkling" in done.stderr


@pytest.mark.parametrize(
    "words", [("evaluate",), ("export", "--format", "script"), ("export", "--format", "bundle")]
)
def test_a_command_that_names_it_refuses_in_words(store: tuple[Path, str], words: tuple[str, ...]) -> None:
    for name in (store[1], "later"):
        done = command_here(store[0], words[0], name, *words[1:])
        assert done.exit_code == 1
        assert "Error: The run “later” cannot be read" in done.stderr
