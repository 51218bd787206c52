"""Datasets made of files as people bring them, in this process: what they became, and what was understood."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.dataset_import.build import build
from core.dataset_import.understanding import Answers, Brought, Understood, Wanted
from core.dataset_import.worker_process import PreparedImport
from core.datasets import DatasetSpec, dataset_spec
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits

GREY = (1, 28, 28)
CASES = Path(__file__).with_name("cases")  # small files that people brought


@dataclass(frozen=True)
class Imported:
    """What was made, and what was understood."""

    spec: DatasetSpec
    understood: Understood

    @property
    def notes(self) -> tuple[str, ...]:
        return self.understood.notes


def import_files(
    brought: Sequence[Brought] | Path,
    title: str = "x",
    shape: tuple[int, int, int] | None = GREY,
    data_dir: Path | None = None,
    *,
    answers: Answers | None = None,
    limits: OwnLimits = DEFAULT_LIMITS,
    is_ink: bool = False,
) -> Imported:
    understood = build(brought, Wanted(title, shape, answers or Answers(), is_ink), data_dir, limits)
    return Imported(dataset_spec(understood.name, data_dir), understood)


def import_zip(
    content: bytes,
    title: str = "x",
    shape: tuple[int, int, int] | None = GREY,
    data_dir: Path | None = None,
    *,
    limits: OwnLimits = DEFAULT_LIMITS,
) -> Imported:
    return import_files([("brought.zip", content)], title, shape, data_dir, limits=limits)


def prepared_nothing() -> PreparedImport:
    """Return what has waited for too long: it is understood, and its files are gone."""
    understood = Understood(
        "own:gone", GREY, ("a", "b"), {}, ((1, 1), (1, 1)), False, False, False, (), (), {}, 0, {}, False
    )
    return PreparedImport(understood, Path(tempfile.mkdtemp()), DEFAULT_LIMITS)
