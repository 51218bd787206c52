"""Install what Inkling needs into the environment of the Python that runs this: `python -m deploy.install`.

On Linux, PyTorch's ordinary package brings 4.5 GB of GPU libraries. Where no NVIDIA GPU is found, torch and
torchvision come from PyTorch's CPU index instead, if it can be reached; everything else, and all of it elsewhere,
comes from wherever pip is configured to look. Nothing but Python is needed: this runs before anything is installed.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from typing import Final

from deploy.pip_progress import PipProgress

CPU_INDEX: Final = "https://download.pytorch.org/whl/cpu"
CPU_INDEX_VARIABLE: Final = "INKLING_TORCH_INDEX"  # a mirror of it
REACH_S: Final = 4.0
GPU_FILES: Final = (Path("/dev/nvidia0"), Path("/proc/driver/nvidia"))
ASK_GPU_S: Final = 10.0  # nvidia-smi with a driver that hangs
RAW_PROGRESS_PIP: Final = (24, 1)  # the first pip that tells its progress to a program
FROM_CPU_INDEX: Final = ("torch", "torchvision")


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, telling what comes; return pip's exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console that lacks a letter
    options = _parse(arguments)
    pinned = options.requirements.with_name("constraints.txt")
    versions = ["-c", str(pinned)] if options.versions == "tested" else []
    index = ""
    if not must_choose_torch(pinned if versions else None):
        print(f"Bringing {sys.prefix} up to date …", flush=True)
    else:
        index, why = choose_index(options.torch)
        print(f"{why}\n{_announcement(bool(index))}", flush=True)
    if pip_version() < RAW_PROGRESS_PIP:
        pip("--quiet", "--upgrade", "pip")
    if index and install_cpu_torch(index, options.requirements.with_name("requirements.txt"), versions):
        print(
            f"It could not be had from {index}: the ordinary package comes instead, up to 6.4 GB of disk in all."
        )
    status = pip("-r", str(options.requirements), *versions)
    if status:
        print("The installation failed; pip's reason stands above. Run the same command again to go on.")
        if versions:
            print(
                "If a version in constraints.txt is not to be had for this Python: make run VERSIONS=newest"
            )
    return status


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.install", description="Install what Inkling needs."
    )
    parser.add_argument("requirements", nargs="?", type=Path, default=Path("requirements.txt"))
    parser.add_argument(
        "--torch",
        choices=("auto", "default"),
        default="auto",
        help="auto: PyTorch without GPU libraries where there is no GPU; default: wherever pip looks",
    )
    parser.add_argument(
        "--versions",
        choices=("tested", "newest"),
        default="tested",
        help="tested: those in constraints.txt, which passed the checks; newest: that the requirements allow",
    )
    return parser.parse_args(arguments)


def choose_index(torch: str) -> tuple[str, str]:
    """Return the index to take PyTorch from, "" for pip's own, and a sentence that says why."""
    if torch == "default":
        return "", "PyTorch comes from where pip looks, as TORCH=default asks."
    if not sys.platform.startswith("linux"):
        return "", "PyTorch's package for this system has no GPU libraries."
    if has_nvidia_gpu():
        return "", "There is an NVIDIA GPU: PyTorch comes with its GPU libraries."
    index = os.environ.get(CPU_INDEX_VARIABLE) or CPU_INDEX
    trouble = reach(index)
    if trouble:
        return "", f"{index} cannot be reached ({trouble}): PyTorch comes from where pip looks."
    return index, f"No NVIDIA GPU was found: PyTorch comes without GPU libraries, from {index}."


def has_nvidia_gpu() -> bool:
    """Return whether the driver has left a sign of itself or its tool lists a GPU."""
    if any(path.exists() for path in GPU_FILES):
        return True
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return False
    try:
        done = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=ASK_GPU_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "GPU " in done.stdout


def reach(index: str, within_s: float = REACH_S) -> str:
    """Try the index once; return what kept it from answering, "" if it did."""
    told: list[str] = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(f"{index.rstrip('/')}/torch/", timeout=within_s):
                told.append("")
        except (OSError, HTTPException, ValueError) as error:  # ValueError: no URL
            told.append(str(getattr(error, "reason", error)))

    # In a thread, because looking up a name has no time limit of its own.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(within_s)
    return told[0] if told else f"no answer within {within_s:g} s"


def install_cpu_torch(index: str, requirements: Path, versions: Sequence[str]) -> int:
    """Install torch and torchvision alone from `index`; return pip's exit status.

    What they need comes with everything else, from the ordinary index.
    """
    lines = requirements.read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if re.split(r"[^\w-]", line)[0] in FROM_CPU_INDEX]
    alone = {**os.environ, "PIP_EXTRA_INDEX_URL": index}  # in place of one that pip is configured with
    return pip("--no-deps", "--index-url", index, *wanted, *versions, environment=alone)


def must_choose_torch(pinned: Path | None) -> bool:
    """Return whether there is no PyTorch yet, or one without GPU libraries in another version than the pinned one."""
    try:
        installed, _, build = metadata.version("torch").partition("+")
    except metadata.PackageNotFoundError:
        return True
    wanted = re.search(r"^torch==(\S+)", pinned.read_text(encoding="utf-8"), re.MULTILINE) if pinned else None
    return build == "cpu" and wanted is not None and wanted[1] != installed


def pip_version() -> tuple[int, ...]:
    """Return the version of this environment's pip, such as (24, 1)."""
    return tuple(int(part) for part in re.findall(r"\d+", metadata.version("pip"))[:2])


def pip(*arguments: str, environment: dict[str, str] | None = None) -> int:
    """Run `pip install` in this environment, its progress told in few lines; return its exit status."""
    bar = "raw" if pip_version() >= RAW_PROGRESS_PIP else "off"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", bar]
    progress = PipProgress(sys.stdout)
    with subprocess.Popen(
        [*command, *arguments],
        stdout=subprocess.PIPE,  # its warnings and errors go straight to the terminal
        env=environment,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            progress.take(line)
    progress.end()
    return process.returncode


def _announcement(is_small: bool) -> str:
    has_gpu_libraries = sys.platform.startswith("linux") and not is_small
    small = "about 1.9 GB of disk, 0.5 GB to download"
    large = "up to 6.4 GB of disk, 3.2 GB to download, most of it GPU libraries"
    size = large if has_gpu_libraries else small
    return f"Installing into {sys.prefix}: {size}. This is done once and takes some minutes."


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # as shells report Ctrl+C; pip has been told too
