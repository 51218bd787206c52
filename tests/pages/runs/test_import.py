"""A bundle is read at its visitor's turn: of half a megabyte it may make hundreds, and any number come at once."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.export import export_run
from core.runs import Store
from core.runs.finished_runs import FinishedRuns
from pages.server.turns import TURNS
from tests.pages.finished_runs import shown
from tests.pages.runs.test_page import CONFIG, STORY


def test_a_bundle_is_brought_in_at_ones_turn(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = export_run(store, store.add_finished_run(CONFIG, STORY, name="X1"), "bundle").data
    held: list[bool] = []
    take_in = FinishedRuns.add_finished_run

    def watched(self: FinishedRuns, *args: Any, **kwargs: Any) -> str:
        held.append(TURNS.is_held())
        return take_in(self, *args, **kwargs)

    monkeypatch.setattr(FinishedRuns, "add_finished_run", watched)
    shown(app, "runs")
    app.file_uploader(key="bring_in_0").upload("X1.inkling.zip", bundle, "application/zip").run()
    next(button for button in app.button if button.label == "Import").click().run()
    assert held == [True]
    assert len(store.list(search="X1")) == 2
