"""A map of images in two dimensions, each a dot in its class's colour, its picture beside the pointer."""

import hashlib
import subprocess
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st

from core.datasets import DatasetSpec
from core.figures.binary_message import pack
from core.figures.palette import class_colours
from core.insight import embedding_cache
from core.insight.captions.data import map_of
from core.insight.embedding import Space, coordinates, fit_space, flat_map
from pages.components.assets import loader
from pages.components.captioned_figure import captioned
from pages.server.services import image_data, settings

_map: Final = st.components.v2.component("inkling_map", js=loader("map.js"), isolate_styles=False)
METHODS: Final = {"pca": "PCA", "tsne": "t-SNE"}
EXPECTED_S: Final = {"tsne": 15, "neighbours": 30}


@dataclass
class PrecomputeJob:
    """A survey being made, for whoever waits for it."""

    process: "subprocess.Popen[str]"
    began_s: float = field(default_factory=time.monotonic)


@st.cache_resource(show_spinner=False)
def _errands() -> dict[str, PrecomputeJob]:
    return {}


@st.cache_resource(show_spinner=False, max_entries=16)
def _is_whole(path: Path, changed_ns: int) -> bool:  # noqa: ARG001 - made anew, looked at anew
    return embedding_cache.is_whole(path)


def survey_ready(dataset: str, kind: str) -> bool:
    """Return whether a survey is there; else offer to make it, or show how long it has been in the making."""
    path = embedding_cache.survey_path(image_data(dataset), kind, settings().data_dir)
    if path.exists() and _is_whole(path, path.stat().st_mtime_ns):
        return True
    errand = _errands().get(str(path))
    if errand is None:
        st.caption(
            f"This is worked out once and then kept; about {EXPECTED_S[kind]} seconds on a free machine."
        )
        st.button(
            "Work it out", icon=":material/hourglass_empty:", key=f"survey_{kind}_{dataset}",
            on_click=_begin, args=(dataset, kind, str(path)),
        )  # fmt: skip
        return False
    _await(dataset, kind, str(path), errand)
    return False


def _begin(dataset: str, kind: str, path: str) -> None:
    """Start an errand, unless another visitor has just done so."""
    if path not in _errands():
        _errands()[path] = PrecomputeJob(embedding_cache.start(dataset, kind, settings().data_dir))


def _await(dataset: str, kind: str, path: str, errand: PrecomputeJob) -> None:
    """Show how an errand stands, once a second, until it is done."""

    def look() -> None:
        elapsed_s = time.monotonic() - errand.began_s
        if errand.process.poll() is None:
            share = 1 - 0.5 ** (elapsed_s / EXPECTED_S[kind] * 2)
            st.progress(share, f"Working it out in a process of its own: {elapsed_s:.0f} s so far …")
            if st.button("Stop it", key=f"stop_{kind}_{dataset}"):
                errand.process.terminate()
            return
        _errands().pop(path, None)
        said = errand.process.stderr.read() if errand.process.stderr else ""
        if errand.process.returncode:
            st.session_state.survey_problem = (
                said.strip().splitlines()[-1][:200] if said.strip() else "it was stopped"
            )
        st.rerun()

    st.fragment(look, run_every=1.0)()


def survey_problem() -> None:
    """Say, once, why a survey could not be made."""
    problem = st.session_state.pop("survey_problem", None)
    if problem:
        st.warning(f"It was not finished: {problem}.")


@st.cache_resource(show_spinner=False, max_entries=4)
def space_of(dataset: str, fingerprint: str) -> Space:  # noqa: ARG001 - new content, new space
    """Return the directions in which a dataset's training images vary most."""
    return fit_space(image_data(dataset).train_images)


@st.cache_resource(show_spinner=False, max_entries=8)
def _message(dataset: str, fingerprint: str, method: str, alt: str) -> bytes:
    """Return the message of one map: places, labels and pictures."""
    data = image_data(dataset)
    index = embedding_cache.mapped_sample(data)
    if method == "pca":
        points = flat_map(coordinates(space_of(dataset, fingerprint), data.train_images[index]))
    else:
        found = embedding_cache.read_map(embedding_cache.survey_path(data, method, settings().data_dir))
        assert found is not None  # the page has had it made
        points = found
    low, high = points.min(axis=0), points.max(axis=0)
    places = np.rint((points - low) / np.maximum(high - low, 1e-9) * 65_535).astype("<u2")
    header: dict[str, Any] = {
        "labels": data.train_labels[index].tolist(),
        "index": index.tolist(),
        "names": list(data.spec.class_names),
        "colours": class_colours(data.spec.n_classes),
        "shape": list(data.spec.image_shape),
        "alt": alt,
    }
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = (
        packer.compress(places.tobytes() + np.ascontiguousarray(data.train_images[index]).tobytes())
        + packer.flush()
    )
    digest = hashlib.blake2b(body, digest_size=8).hexdigest()
    return pack({**header, "digest": f"{digest}-{method}"}, body)


def show_map(entry: DatasetSpec) -> None:
    """Show the map that the visitor chose."""
    method = str(
        st.segmented_control(
            "Laid out by", list(METHODS), format_func=lambda name: METHODS[name], default="pca", required=True,
            key="map_method", persist_state="session",
            help="PCA looks from the side that shows most; t-SNE keeps neighbours together. Default: PCA.",
        )
    )  # fmt: skip
    survey_problem()
    if method != "pca" and not survey_ready(entry.name, method):
        return
    data = image_data(entry.name)
    sentence = map_of(
        method, len(embedding_cache.mapped_sample(data)), space_of(entry.name, data.fingerprint)
    )
    alt = f"A map of training images by {METHODS[method]}, coloured by class. {sentence}"
    _map(key=f"map_{entry.name}_{method}", data=_message(entry.name, data.fingerprint, method, alt))
    captioned(
        "map",
        f"{sentence} Point at a dot, or use the arrow keys; a class in the legend shows that class alone.",
        lambda: _table(entry, method),
        name=f"map-{entry.name.replace(':', '-')}-{method}",
    )


def _table(entry: DatasetSpec, method: str) -> dict[str, Any]:
    data = image_data(entry.name)
    index = embedding_cache.mapped_sample(data)
    points = (
        embedding_cache.read_map(embedding_cache.survey_path(data, method, settings().data_dir))
        if method != "pca"
        else None
    )
    if points is None:
        points = flat_map(coordinates(space_of(entry.name, data.fingerprint), data.train_images[index]))
    return {"index": index, "label": data.train_labels[index], "x": points[:, 0], "y": points[:, 1]}
