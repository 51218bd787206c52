"""`python -m core operator`: a link that is good once, and the end of all operators."""

from contextlib import closing
from pathlib import Path

import pytest

from core.runs import Store
from core.runs.handover import owner_by
from core.runs.operators import make_operator, operators
from core.runs.run_row import COMMAND_LINE
from tests.core.cli.test_train import command_here


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        ((), "http://localhost:8501/take/"),
        (("--address", "https://lab.example/inkling/"), "https://lab.example/inkling/take/"),
    ],
)
def test_the_link_is_the_command_lines(tmp_path: Path, options: tuple[str, ...], begins: str) -> None:
    path = tmp_path / "inkling.db"
    done = command_here(path, "operator", "link", *options)
    assert done.exit_code == 0
    (link,) = done.stdout.splitlines()
    assert link.startswith(begins)
    assert "good for one browser and for 10 min" in done.stderr
    with closing(Store(f"sqlite:///{path}")) as store:
        assert owner_by(store.database, link.removeprefix(begins)) == COMMAND_LINE


def test_the_end_says_how_many_there_were(tmp_path: Path) -> None:
    path = tmp_path / "inkling.db"
    with closing(Store(f"sqlite:///{path}")) as store:
        make_operator(store.database, "ada")
        assert command_here(path, "operator", "end").stdout == "1 browser was an operator's.\n"
        assert operators(store.database) == frozenset()


def test_another_word_is_refused_by_its_name(tmp_path: Path) -> None:
    done = command_here(tmp_path / "inkling.db", "operator", "chief")
    assert done.exit_code == 2
    assert "ACTION must be one of link and end, not “chief”" in done.stderr
