"""app.py where a script runner executes it, as AppTest and some hosts do."""

import subprocess
import sys
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
    assert [title.value for title in app.title] == ["Draw"]


def test_a_visit_leaves_the_list_of_import_folders_as_it_is() -> None:
    program = (
        "import sys, app\n"
        "from streamlit.runtime.scriptrunner.exec_code import modified_sys_path\n"
        "before = list(sys.path)\n"
        "with modified_sys_path(str(app.app.script_path)):\n"
        "    print(sys.path == before)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "True", done.stderr[-2000:]
