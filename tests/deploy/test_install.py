"""The first installation: PyTorch without GPU libraries where there is no GPU, everything else from pip's index."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy import install
from tests.deploy.package_index import clean_environment, installed, make_environment, make_wheel, served

ROOT = Path(__file__).resolve().parents[2]

# The checks may themselves run beside a GPU, whose driver's files are nobody's to hide.
PROGRAM = """
import sys
from pathlib import Path
from deploy import install
install.GPU_FILES = [Path(name) for name in sys.argv.pop(1).split()]
sys.exit(install.main())
"""


@dataclass
class Machine:
    """A machine with nothing installed: its Python, and the indexes that it can reach."""

    python: Path
    folder: Path
    index: str

    def install(self, *arguments: str, gpu: str = "", cpu_index: str = "") -> str:
        """Install what the folder requires; return what was printed."""
        environment = clean_environment(
            PIP_INDEX_URL=f"{self.index}/ordinary",
            INKLING_TORCH_INDEX=cpu_index or f"{self.index}/cpu",
            PYTHONPATH=str(ROOT),
            PATH="",  # no nvidia-smi
        )
        given = [self.folder / "requirements.txt", *arguments]
        done = subprocess.run(
            [self.python, "-c", PROGRAM, gpu, *given], env=environment, capture_output=True, text=True
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve an ordinary index, whose torch needs a GPU library, and a CPU index, whose torch does not."""
    folder = tmp_path_factory.mktemp("indexes")
    make_wheel(folder / "ordinary", "torch", "2.99", ["gpulibrary", "symbols"])
    make_wheel(folder / "ordinary", "torchvision", "2.99", ["torch"])
    for name, version in (
        ("gpulibrary", "1.0"),
        ("symbols", "1.0"),
        ("streamlit", "1.0"),
        ("streamlit", "2.0"),
    ):
        make_wheel(folder / "ordinary", name, version)
    make_wheel(folder / "cpu", "torch", "2.99+cpu", ["symbols"])
    make_wheel(folder / "cpu", "torchvision", "2.99+cpu", ["torch"])
    make_wheel(folder / "cpu", "streamlit", "6.6")
    with served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment that the tests below empty again."""
    return make_environment(tmp_path_factory.mktemp("machine") / "environment")


@pytest.fixture
def machine(index: str, bare: Path, tmp_path: Path) -> Iterator[Machine]:
    (tmp_path / "requirements.txt").write_text("torch>=2.14\ntorchvision>=0.29\nstreamlit\n")
    (tmp_path / "constraints.txt").write_text("streamlit==1.0\ntorch==2.99\ntorchvision==2.99\n")
    yield Machine(bare, tmp_path, index)
    if found := installed(bare):
        subprocess.run([bare, "-m", "pip", "uninstall", "--quiet", "--yes", *found], check=True)


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a choice")


def test_without_a_gpu_pytorch_comes_alone_from_the_cpu_index(machine: Machine) -> None:
    said = machine.install()
    found = installed(machine.python)
    assert found == {"torch": "2.99+cpu", "torchvision": "2.99+cpu", "symbols": "1.0", "streamlit": "1.0"}
    assert "No NVIDIA GPU was found" in said
    assert "about 1.9 GB" in said.split("Unpacking")[0]
    assert len(said.splitlines()) == 4, "what comes, and two times that it is unpacked"

    again = machine.install(cpu_index="http://127.0.0.1:9")
    assert "cannot be reached" not in again, "what is installed is not asked for again"
    assert installed(machine.python) == found


def test_where_the_cpu_index_cannot_be_reached_the_ordinary_package_comes(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}/cpu"
    said = machine.install(cpu_index=closed)
    assert installed(machine.python)["torch"] == "2.99"
    assert f"{closed} cannot be reached" in said
    assert "up to 6.4 GB" in said


def test_where_the_cpu_index_has_no_build_the_ordinary_package_comes(
    machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "other" / "torch").mkdir(parents=True)
    with served(tmp_path / "other") as url:
        said = machine.install(cpu_index=url)
    assert installed(machine.python)["torch"] == "2.99"
    assert f"It could not be had from {url}" in said


def test_beside_a_gpu_the_ordinary_package_comes(machine: Machine) -> None:
    assert "There is an NVIDIA GPU" in machine.install("--versions", "newest", gpu=sys.executable)
    assert installed(machine.python)["gpulibrary"] == "1.0"
    assert installed(machine.python)["streamlit"] == "2.0", "the pinned one is 1.0"


@pytest.mark.parametrize(
    ("installed", "answer"), [("2.98+cpu", True), ("2.99+cpu", False), ("2.98", False), ("2.99", False)]
)
def test_pytorch_without_gpu_libraries_stays_so_when_the_pinned_version_changes(
    installed: str, answer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = tmp_path / "constraints.txt"
    pinned.write_text("streamlit==1.0\ntorch==2.99\ntorchvision==2.99\n")
    monkeypatch.setattr(install.metadata, "version", lambda _: installed)
    assert install.must_choose_torch(pinned) is answer
    assert not install.must_choose_torch(None)


def test_torch_default_leaves_the_choice_to_pip_untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "reach", lambda *_: pytest.fail("the CPU index was asked"))
    assert install.choose_index("default")[0] == ""


@pytest.mark.parametrize(("words", "answer"), [("GPU 0: NVIDIA T4", True), ("No devices were found", False)])
def test_a_gpu_is_one_that_nvidia_smi_lists(
    words: str, answer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\necho '{words}'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(install, "GPU_FILES", ())
    assert install.has_nvidia_gpu() is answer


def test_an_index_that_never_answers_costs_no_more_than_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert install.reach(url, within_s=0.2) in ("timed out", "no answer within 0.2 s")
    assert install.reach("no address")


def test_installing_needs_nothing_but_python() -> None:
    program = (
        "import sys, deploy.install\n"
        "print({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names - {'__main__'})"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "{'deploy'}"
