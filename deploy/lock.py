"""Write constraints.txt: the versions in this environment of all that the requirements need, directly or not."""

import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parents[1]
REQUIREMENTS: Final = ("requirements.txt", "requirements-dev.txt")
GPU_ONLY: Final = ("nvidia-", "cuda-", "triton")  # needed by one of PyTorch's builds
HEADING: Final = """\
# The versions that passed the checks, for every system; requirements.txt has the lowest that will do.
# Made by `make lock` from the environment in .venv.
"""


def read_requirements(path: Path) -> Iterator[Requirement]:
    """Give the requirements of a file, those of the files it includes apart."""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text and not text.startswith("-"):
            yield Requirement(text)


def pins(roots: Iterable[Requirement]) -> dict[str, str]:
    """Return name -> installed version of the requirements and of all that they need here, in order of names.

    Versions are as the index has them for every system: 2.14.1 for an installed 2.14.1+cpu.
    Raises: PackageNotFoundError for one that is not installed.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(root, extra) for root in roots for extra in ("", *root.extras)]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in seen or name.startswith(GPU_ONLY):
            continue
        seen.add((name, extra))
        package = metadata.distribution(name)
        found[package.name] = Version(package.version).public
        for text in package.requires or ():
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                waiting += [(need, wanted) for wanted in ("", *need.extras)]
    return dict(sorted(found.items(), key=lambda item: canonicalize_name(item[0])))


def main() -> None:
    """Write the file."""
    roots = [need for name in REQUIREMENTS for need in read_requirements(ROOT / name)]
    lines = [f"{name}=={version}\n" for name, version in pins(roots).items()]
    (ROOT / "constraints.txt").write_text(HEADING + "".join(lines), encoding="utf-8")
    print(f"constraints.txt: {len(lines)} versions, of Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
