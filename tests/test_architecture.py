"""The house's import rules, read from the code itself: what may know whom."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@cache
def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("path", modules("core"), ids=lambda p: str(p.relative_to(ROOT)))
def test_core_knows_no_screen(path: Path) -> None:
    assert not [name for name in imports(path) if inside(name, "streamlit", "pages", "app")]


PAGES = ("train", "weights", "draw", "evaluate", "data", "runs", "search", "classroom")

# The rooms, lowest first: a room knows rooms of lower floors only, so that no two know each other.
FLOORS = (
    ("access", "errors", "i18n"),
    ("picture_files",),
    ("datasets", "images", "protocol"),
    ("config", "dataset_import", "synthetic_digits"),
    ("models", "runs"),
    ("insight", "search", "training"),
    ("classroom",),
    ("captions", "figures", "jobs", "prediction"),
    ("export", "live", "pretrained"),
    ("demo", "imports", "pages.components"),
    ("cli", "pages.server"),
    ("__main__", "pages.run_context"),
    (*(f"pages.{page}" for page in PAGES), "pages.demo"),
    ("pages.shell",),
    ("app",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str:
    """Return the room that a module (or a name in one) is in, "" for what is not ours."""
    if inside(module, "core.insight.captions"):
        return "captions"
    first, _, rest = module.partition(".")
    room = rest.split(".")[0]
    if first == "app":
        return "app"
    return room if first == "core" else f"pages.{room}" if first == "pages" and room else ""


@pytest.mark.parametrize("path", modules("core", "pages"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_knows_lower_floors_only(path: Path) -> None:
    here = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    others = {room_of(name) for name in imports(path)} - {"", here}
    assert not [room for room in others if here != "__init__" and FLOOR_OF[room] >= FLOOR_OF[here]]


def test_every_page_has_a_room_and_none_is_a_package() -> None:
    """Streamlit puts pages/ on sys.path: packages named data or runs there would stand before others' modules."""
    assert {path.parent.name for path in (ROOT / "pages").glob("*/page.py")} == set(PAGES)
    assert not list((ROOT / "pages").rglob("__init__.py"))


@pytest.mark.parametrize("path", modules("pages"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_uses_the_store_and_the_engine_on_its_visitors_behalf(path: Path) -> None:
    """What the server does for itself asks no rule: a page has it from pages.server.visitor, which does."""
    if path.parent.name != "server":
        whole = (
            "pages.server.services.system_store",
            "pages.server.services.engine",
            "core.runs.store.Store",
        )
        assert not {*whole} & imports(path)
        assert not re.search(r"\.database\b|\.acting_as\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", modules("pages"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_has_images_by_its_visitors_right_alone(path: Path) -> None:
    """What reads the files of datasets asks no rule: a page has them from pages.server.visitor, which does."""
    if path.parent.name != "server":
        unasked = (
            *("core.datasets.user_datasets", "core.datasets.user_dataset_zip", "core.datasets.load"),
            *("core.datasets.dataset_setup", "core.datasets.array_store", "pages.server.services.image_data"),
        )
        assert not [name for name in imports(path) if inside(name, *unasked)]
        reached = r"\bservices\.image_data\b|\bdatasets\.(?:load|user_\w+|dataset_setup|array_store)\b"
        assert not re.search(reached, path.read_text(encoding="utf-8"))


def test_no_page_looks_again_by_itself() -> None:
    """What moves comes by the live channel: no fragment has a clock, and nothing waits to draw itself anew."""
    for path in modules("pages"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert getattr(node, "arg", None) != "run_every", path
            if isinstance(node, ast.FunctionDef):
                called = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
                assert not {"time.sleep", "st.rerun"} <= called, (path, node.name)


def test_every_picture_and_table_that_is_painted_is_told_in_words() -> None:
    painted = ("st.dataframe", "st.plotly_chart", "pixel_panels")
    for path in modules("pages"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in painted:
                assert "alt" in {keyword.arg for keyword in call.keywords}, (path, call.lineno)


def test_every_fragment_says_what_fails_it() -> None:
    """Streamlit's own shows a framework's message where the store or a dataset fails what it draws."""
    own = ROOT / "pages" / "server" / "errors.py"
    assert [path for path in modules("pages") if "st.fragment" in path.read_text(encoding="utf-8")] == [own]


def test_no_fragment_stands_in_another() -> None:
    """A browser may lose the page where both are drawn anew: what pages share is a part of what it stands in."""
    beginners = {
        path for path in modules("pages") if re.search(r"\bfragment\(", path.read_text(encoding="utf-8"))
    }
    shared = modules("pages/run_context", "pages/components")
    assert beginners
    assert not beginners & {*shared}
    assert [path.name for path in beginners if path.parent.name == "draw"] == ["question_and_answer.py"]
    for path in beginners:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and _begins_fragments(function):
                assert function.name not in _drawn_as_fragments(path), f"{path.name}: {function.name}"


def _begins_fragments(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "fragment" for node in ast.walk(function))


def _drawn_as_fragments(path: Path) -> set[str]:
    """Return the functions that the module gives to `fragment`."""
    return set(re.findall(r"\bfragment\((\w+)\)", path.read_text(encoding="utf-8")))


def test_core_has_no_module_outside_its_rooms() -> None:
    loose = {path.name for path in (ROOT / "core").glob("*.py")}
    assert loose == {"__init__.py", "__main__.py", "errors.py"}


CONTRACTS = (
    *("core.config.run_config", "core.config.presets", "core.protocol.events", "core.protocol.controls"),
    *("core.models.parameter_shapes", "core.models.initial_weights", "core.training.path_selection"),
    "core.training.threads",
)


def test_the_contracts_need_no_torch() -> None:
    heavy = ("torch", "torchvision", "pandas", "plotly", "sqlalchemy", "PIL")
    program = f"import sys, {', '.join(CONTRACTS)}; print(sorted({set(heavy)} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_documents_name_files_that_exist() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    path = re.compile(r"`((?:core|pages|tests|benchmarks|docs)/[\w/.-]+)`")
    module = re.compile(r"(?:python -m |`)((?:core|pages|benchmarks)(?:\.\w+)+)")
    named = [(d.name, name) for d in documents for name in path.findall(d.read_text(encoding="utf-8"))]
    for document in documents:
        for name in module.findall(document.read_text(encoding="utf-8")):
            file = Path(name.replace(".", "/"))
            named.append((document.name, str(file if (ROOT / file).is_dir() else file.with_suffix(".py"))))
    assert named
    assert not [(document, name) for document, name in named if not (ROOT / name).exists()]


def test_no_file_is_too_long_to_read() -> None:
    files = [ROOT / "app.py", *modules("core", "pages", "tests", "benchmarks", "docs", "deploy")]
    assert not [path for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 300]


def test_no_module_is_a_drawer_without_a_name() -> None:
    drawers = ("utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py")
    assert not [
        path for path in modules("core", "pages", "tests", "benchmarks", "deploy") if path.name in drawers
    ]


def test_the_command_line_refuses_without_waiting_for_torch() -> None:
    program = (
        "import sys; from core.cli.app import main\n"
        "try: main(['train', '--learning-rate', 'nan'])\n"
        "except SystemExit as end: print(end.code, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--learning-rate must be a number" in done.stderr
    assert done.stdout.strip() == "2 False"
