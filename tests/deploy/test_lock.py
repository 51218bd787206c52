"""The pinned versions: all that is required, for every system."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from deploy.lock import REQUIREMENTS, pins, read_requirements

ROOT = Path(__file__).resolve().parents[2]
PINNED = {
    canonicalize_name(need.name): need
    for need in map(Requirement, (ROOT / "constraints.txt").read_text().splitlines()[2:])
}


def version(name: str) -> str:
    """Return the pinned version of a package."""
    (only,) = PINNED[canonicalize_name(name)].specifier
    assert only.operator == "=="
    return only.version


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_to_a_version_that_it_allows(name: str) -> None:
    needs = list(read_requirements(ROOT / name))
    assert len(needs) > 9
    assert [need.name for need in needs if version(need.name) not in need.specifier] == []


def test_pins_hold_for_every_system() -> None:
    assert list(PINNED) == sorted(PINNED)
    assert not [name for name in PINNED if Version(version(name)).local or PINNED[name].url]
    assert not [name for name in PINNED if name.startswith(("nvidia-", "cuda-", "triton"))]


def test_a_pinned_pytorch_may_be_the_one_without_gpu_libraries() -> None:
    assert f"{version('torch')}+cpu" in PINNED["torch"].specifier


def test_what_a_requirement_needs_is_pinned_too_and_nothing_else() -> None:
    pinned = pins([Requirement("pytest-xdist")])
    assert set(pinned) >= {"execnet", "pytest", "pluggy", "packaging"}
    assert not set(pinned) & {"torch", "numpy", "psutil"}, "psutil is an extra's"
