"""The house's import rules, read from the code itself: what may know whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


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


@pytest.mark.parametrize("path", modules("pages"), ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_import_core_and_components_only(path: Path) -> None:
    others = {f"pages.{page.stem}" for page in (ROOT / "pages").glob("*.py")}
    assert not [name for name in imports(path) if inside(name, "app", *others)]


# Who may know whom inside core: a package on the left must not import those on the right.
FORBIDDEN = {
    "core/training": ("core.runs", "core.jobs", "core.insight", "core.figures", "core.commands"),
    "core/datasets": (
        "core.training",
        "core.models",
        "core.runs",
        "core.jobs",
        "core.insight",
        "core.figures",
    ),
    "core/runs": (
        "core.training",
        "core.models",
        "core.jobs",
        "core.figures",
        "core.insight",
        "core.commands",
    ),
    "core/insight": ("core.runs", "core.jobs", "core.figures", "core.commands"),
    "core/figures": ("core.runs", "core.jobs", "core.training", "core.commands"),
    "core/images": ("core.runs", "core.jobs", "core.training", "core.figures", "core.commands"),
    "core/jobs": ("core.figures", "core.commands"),
}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_inside_core_point_down_only(package: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): bad
        for path in modules(package)
        if (bad := sorted(name for name in imports(path) if inside(name, *FORBIDDEN[package])))
    }
    assert not wrong


@pytest.mark.parametrize(
    "name", ["config", "events", "controls", "presets", "parameters", "first_weights", "ways_to_learn"]
)
def test_the_contracts_need_no_torch(name: str) -> None:
    heavy = ("torch", "torchvision", "pandas", "plotly", "sqlalchemy", "PIL")
    assert not [wanted for wanted in imports(ROOT / "core" / f"{name}.py") if inside(wanted, *heavy)]


def test_no_module_is_a_drawer_without_a_name() -> None:
    drawers = ("utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py")
    assert not [path for path in modules("core", "pages", "tests", "benchmarks") if path.name in drawers]


def test_the_command_line_refuses_without_waiting_for_torch() -> None:
    program = (
        "import sys; from core.__main__ import app\n"
        "try: app(['train', '--learning-rate', 'nan'])\n"
        "except SystemExit as end: print(end.code, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "learning_rate must be a number" in done.stderr
    assert done.stdout.strip() == "2 False"


def test_every_page_enters_by_app_and_no_import_does() -> None:
    def calls(path: Path) -> bool:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        return any(ast.unparse(node) == "enter_by_app()" for node in body)

    assert all(calls(path) for path in (ROOT / "pages").glob("*.py"))
    assert not [path for path in modules("pages/components") if calls(path)]
