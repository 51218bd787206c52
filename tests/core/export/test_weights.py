"""Weights are read back by the programs they are made for, and give the run's own scores."""

import io
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load as load_safetensors

from core.datasets import ImageData
from core.export import FORMATS, export_run
from core.runs import Store

RUNS = ["softmax_run", "mlp_run", "cnn_run"]


def final_logits(store: Store, run_id: str) -> np.ndarray:
    logits = store.logits(run_id)
    assert logits is not None
    return logits


def plain_model(run: str) -> torch.nn.Module:
    """Return the run's model, built here by hand."""
    nn = torch.nn
    if run == "softmax_run":
        layers = {"flatten": nn.Flatten(), "linear": nn.Linear(784, 10)}
    else:
        layers = {
            "flatten": nn.Flatten(), "hidden1": nn.Linear(784, 24), "a1": nn.ReLU(),
            "hidden2": nn.Linear(24, 16), "a2": nn.ReLU(), "output": nn.Linear(16, 10),
        }  # fmt: skip
    model = nn.Sequential()
    for name, layer in layers.items():
        model.add_module(name, layer)
    return model


@pytest.mark.parametrize("run", RUNS[:2])
@pytest.mark.parametrize("form", ["safetensors", "state_dict"])
def test_weights_load_into_a_model_built_by_hand_and_give_the_same_scores(
    run: str, form: str, export_store: Store, mnist: ImageData, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    data = export_run(export_store, run_id, form).data
    state = (
        load_safetensors(data) if form == "safetensors" else torch.load(io.BytesIO(data), weights_only=True)
    )
    model = plain_model(run)
    model.load_state_dict(state)
    pixels = torch.from_numpy(mnist.test_images[:300]).float() / 255
    if run == "mlp_run":
        pixels = (pixels - 0.1306604762738429) / 0.3081078038564627
    scores = model(pixels).detach().numpy()
    assert np.abs(scores - final_logits(export_store, run_id)[:300]).max() < 1e-5


@pytest.mark.parametrize("run", RUNS)
def test_onnx_gives_the_run_s_scores_from_raw_pixels(
    run: str, export_store: Store, mnist: ImageData, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    one_thread = onnxruntime.SessionOptions()
    one_thread.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(export_run(export_store, run_id, "onnx").data, one_thread)
    images = mnist.test_images[:500]
    if run == "cnn_run":
        from core.images.deskew import deskew

        images = deskew(np.array(images))
    (scores,) = session.run(["logits"], {"pixels": images.astype(np.float32)})
    assert np.abs(scores - final_logits(export_store, run_id)[:500]).max() < 1e-5
    (one,) = session.run(["logits"], {"pixels": images[:1].astype(np.float32)})
    assert np.abs(one - scores[:1]).max() < 1e-5


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_names_a_folder_of_this_machine(form: str, softmax_run: str, export_store: Store) -> None:
    """An exporter may note where in the source each step of a model stands; such notes are nobody's business."""
    data = export_run(export_store, softmax_run, form).data
    parts = [data]
    if zipfile.is_zipfile(io.BytesIO(data)):
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts += [archive.read(name) for name in archive.namelist()]
    folders = (
        Path(__file__).parents[3],
        Path(sys.prefix),
        Path(torch.__file__).parent,
        Path(tempfile.gettempdir()),
    )
    for folder in (*map(str, folders), str(Path.home()), "site-packages", "core/export/weights.py"):
        if len(folder) > 2:  # a home that is / is in everything
            assert not any(folder.encode() in part for part in parts), folder
