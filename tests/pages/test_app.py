"""app.py where a script runner executes it, as AppTest and some hosts do."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.runs import Store

ROOT = Path(__file__).resolve().parents[2]


def test_it_draws_the_pages(store: Store) -> None:  # noqa: ARG001 - the app's
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    assert not app.exception
    assert "Train" in [button.label for button in app.button]
    app.switch_page("pages/draw/page.py").run()
    assert not app.exception
    assert [header.value for header in app.header] == ["Draw"]
