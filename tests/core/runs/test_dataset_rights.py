"""Names under which no dataset of people's own can be asked for."""

from pathlib import Path

import pytest

from core.access.rules import OPERATOR, Actor, Role
from core.config.app_settings import Settings
from core.datasets import UnknownDataset
from core.runs import Store
from core.runs.own_datasets import OwnDatasets


@pytest.mark.parametrize(
    "name", ["own:", "own:../own", "own:a\ud83d", "own:\x00", "own:" + "a" * 999, "mnist/../a", "x"]
)
@pytest.mark.parametrize("actor", [Actor(Role.VISITOR, "ada"), Actor(Role.VISITOR), OPERATOR])
def test_what_is_no_name_of_a_dataset_is_known_to_nobody(name: str, actor: Actor, tmp_path: Path) -> None:
    settings = Settings(store=f"sqlite:///{tmp_path / 'runs.db'}", data=str(tmp_path / "data"))
    own = OwnDatasets(Store(settings=settings).acting_as(actor))
    for do in (own.get, own.load, own.export_zip, own.note_opened, own.delete, own.restore):
        with pytest.raises(UnknownDataset):
            do(name)
