"""A map of images in two dimensions, each a dot in its class's colour, its picture beside the pointer."""

import hashlib
import zlib
from typing import Any, Final

import numpy as np
import streamlit as st

from core.datasets import DatasetSpec
from core.figures.binary_message import pack
from core.figures.palette import class_colours
from core.i18n.literal_text import markdown_text
from core.i18n.script_words import script_words
from core.i18n.translation import _
from core.insight import embedding_cache
from core.insight.captions.data import map_of
from core.insight.embedding import Space, coordinates, fit_space, flat_map
from pages.components.assets import loader
from pages.components.captioned_figure import captioned
from pages.data.embedding_job import embedding_ready, show_embedding_problem
from pages.server.services import settings
from pages.server.turns import costly
from pages.server.visitor import image_data

_map: Final = st.components.v2.component("inkling_map", js=loader("map.js"), isolate_styles=False)
METHODS: Final = {"pca": "PCA", "tsne": "t-SNE"}


@costly(st.cache_resource(show_spinner=False, max_entries=4))
def space_of(dataset: str, fingerprint: str) -> Space:  # noqa: ARG001 - new content, new space
    """Return the directions in which a dataset's training images vary most; its test images' where it has no others."""
    data = image_data(dataset)
    return fit_space(data.train_images if len(data.train_images) else data.test_images)


@st.cache_resource(show_spinner=False, max_entries=8)
def _drawn(dataset: str, fingerprint: str, method: str) -> tuple[dict[str, Any], bytes]:
    """Return the header and the bytes of one map: places, labels and pictures, without any words."""
    data = image_data(dataset)
    index = embedding_cache.mapped_sample(data)
    if method == "pca":
        points = flat_map(coordinates(space_of(dataset, fingerprint), data.train_images[index]))
    else:
        found = embedding_cache.read_map(embedding_cache.cache_path(data, method, settings().data_dir))
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
    }
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = (
        packer.compress(places.tobytes() + np.ascontiguousarray(data.train_images[index]).tobytes())
        + packer.flush()
    )
    digest = hashlib.blake2b(body, digest_size=8).hexdigest()
    return {**header, "digest": f"{digest}-{method}"}, body


def _message(header: dict[str, Any], body: bytes, alt: str) -> bytes:
    words = script_words(image=_("{name}, image {index}"))
    return pack({**header, "alt": alt, "words": words}, body)


def show_map(spec: DatasetSpec) -> None:
    """Show the map that the visitor chose."""
    method = str(
        st.segmented_control(
            _("Laid out by"), list(METHODS), format_func=lambda name: METHODS[name], default="pca", required=True,
            key="map_method", persist_state="session",
            help=_(
                "How each image gets its place. PCA (principal component analysis) shows the two directions in which "
                "the images vary most; t-SNE keeps similar images together. Default: PCA."
            ),
        )
    )  # fmt: skip
    show_embedding_problem()
    data = image_data(spec.name)
    space, count = space_of(spec.name, data.fingerprint), len(embedding_cache.mapped_sample(data))
    sentence = map_of(method, count, space)
    if count < 2 or not len(space.directions):
        st.caption(markdown_text(sentence))
        return
    if method != "pca" and not embedding_ready(spec.name, method):
        return
    drawn = _("A map of training images by {method}, coloured by class.", method=METHODS[method])
    alt = f"{drawn} {sentence}"
    _map(key=f"map_{spec.name}_{method}", data=_message(*_drawn(spec.name, data.fingerprint, method), alt))
    captioned(
        "map",
        " ".join(
            [
                sentence,
                _(
                    "Point at a dot to see its image, or use the arrow keys. Choose a class in the legend to see that "
                    "class alone."
                ),
            ]
        ),
        lambda: _table(spec, method),
        name=f"map-{spec.name.replace(':', '-')}-{method}",
    )


def _table(spec: DatasetSpec, method: str) -> dict[str, Any]:
    data = image_data(spec.name)
    index = embedding_cache.mapped_sample(data)
    points = (
        embedding_cache.read_map(embedding_cache.cache_path(data, method, settings().data_dir))
        if method != "pca"
        else None
    )
    if points is None:
        points = flat_map(coordinates(space_of(spec.name, data.fingerprint), data.train_images[index]))
    return {"index": index, "label": data.train_labels[index], "x": points[:, 0], "y": points[:, 1]}
