"""A package index of tiny wheels on 127.0.0.1, and an environment to install them into."""

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path


def make_wheel(index: Path, name: str, version: str, needs: Sequence[str] = ()) -> None:
    """Put an empty package into the folder of an index."""
    home = index / name
    home.mkdir(parents=True, exist_ok=True)
    facts = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    contents = {
        f"{name}/__init__.py": "",
        f"{facts}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{facts}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    contents[f"{facts}/RECORD"] = "".join(f"{path},,\n" for path in [*contents, f"{facts}/RECORD"])
    with zipfile.ZipFile(home / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in contents.items():
            wheel.writestr(path, text)


class Handler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Be silent."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Give the URL at which the folder is served: a folder of folders of wheels is a package index."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_environment(folder: Path) -> Path:
    """Return the Python of a new environment that has a copy of this one's pip and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    ours = metadata.distribution("pip")
    for name in {Path(str(file)).parts[0] for file in ours.files or () if ".." not in str(file)}:
        shutil.copytree(str(ours.locate_file(name)), packages / name)
    return folder / "bin/python"


def clean_environment(**given: str) -> dict[str, str]:
    """Return this process's variables without any that pip or the network's ways go by, and with those given."""
    kept = {
        k: v for k, v in os.environ.items() if not k.upper().startswith("PIP_") and "PROXY" not in k.upper()
    }
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_COMPILE": "1", **given}


def installed(python: Path) -> dict[str, str]:
    """Return name -> version of what an environment has, pip left out."""
    program = "from importlib import metadata\nfor d in metadata.distributions(): print(d.name, d.version)"
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    found = dict(line.split() for line in done.stdout.splitlines())
    found.pop("pip", None)
    return found
