"""The first page after a start: drawn without PyTorch, completed when it is there."""

import os
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.datasets.catalog import dataset_spec
from core.figures.binary_message import unpack
from core.models.build import build_model
from pages.server import warmup

ROOT = Path(__file__).resolve().parents[3]
VISIT = """
import os, subprocess, sys
from core.jobs.engine import EmbeddedEngine
from pages.server import services, warmup
idle = [sys.executable, "-c", "import sys; sys.stdin.read()"]  # the runner and its workers have tests of their own
EmbeddedEngine._start = lambda self: subprocess.Popen(idle, stdin=subprocess.PIPE)
warmup.preload_libraries = lambda: None
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(os.path.abspath("pages/shell.py"), default_timeout=280).run()
assert not app.exception, app.exception
assert [b.label for b in app.button if b.label == "Train"]
print("torch" if "torch" in sys.modules else "no torch", flush=True)
services.engine().close()
os._exit(0)
"""


def weight_codes(app: AppTest) -> np.ndarray:
    """Return the codes of the weight images that the page shows, int8 (K*C*H*W,)."""
    tiles = next(c for c in app.get("bidi_component") if "tiles" in c.proto.component_name)
    header, payload = unpack(tiles.proto.bytes)
    assert header["whole"]
    return np.frombuffer(zlib.decompress(payload, -15), np.int8)


def devices(app: AppTest) -> list[str]:
    return list(next(s for s in app.selectbox if s.label == "Device").options)


def likeness(app: AppTest, config: RunConfig) -> float:
    """Return how the weight images go with the first weights that PyTorch draws: their correlation."""
    weights = build_model(config, dataset_spec("mnist")).state_dict()["linear.weight"].numpy().ravel()
    return float(np.corrcoef(weight_codes(app), weights)[0, 1])


def test_the_train_page_is_drawn_without_pytorch(data_folder: Path, mnist: ImageData, tmp_path: Path) -> None:
    assert mnist, "the images are unpacked, which once takes torchvision"
    store = f"sqlite:///{tmp_path / 'inkling.db'}"
    done = subprocess.run(
        [sys.executable, "-c", VISIT],
        cwd=ROOT,
        env={**os.environ, "INKLING_STORE": store, "INKLING_DATA": str(data_folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout.strip().splitlines()[-1:] == ["no torch"], done.stderr[-3000:]


def test_a_page_drawn_before_pytorch_is_there_is_completed_when_it_is(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warmup, "_loaded", threading.Event())
    monkeypatch.setattr(warmup, "begin", lambda *_: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    app.run()
    assert not app.exception
    assert devices(app) == ["CPU"]
    assert likeness(app, RunConfig()) > 0.99
    blank = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=300)
    blank.query_params["initialisation"] = "normal"
    blank.run()
    assert not blank.exception
    assert not weight_codes(blank).any()
    warmup._loaded.set()
    blank.run()
    assert not blank.exception
    assert "GPU (CUDA)" in devices(blank)
    assert likeness(blank, RunConfig(initialisation="normal")) > 0.95
