"""Embeddings that take a while are computed in a process of their own, once."""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import streamlit as st

from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.insight import embedding_cache
from pages.server.services import image_data, settings

EXPECTED_S: Final = {"tsne": 15, "neighbours": 30}


@dataclass
class PrecomputeJob:
    """An embedding being made, for whoever waits for it."""

    process: "subprocess.Popen[str]"
    began_s: float = field(default_factory=time.monotonic)


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, PrecomputeJob]:
    return {}


@st.cache_resource(show_spinner=False, max_entries=16)
def _is_whole(path: Path, changed_ns: int) -> bool:  # noqa: ARG001 - made anew, looked at anew
    return embedding_cache.is_whole(path)


def embedding_ready(dataset: str, kind: str) -> bool:
    """Return whether an embedding is there; else offer to make it, or show how long it has been in the making."""
    path = embedding_cache.cache_path(image_data(dataset), kind, settings().data_dir)
    if path.exists() and _is_whole(path, path.stat().st_mtime_ns):
        return True
    job = _jobs().get(str(path))
    if job is None:
        st.caption(
            markdown_(
                "This is computed once and then kept. It takes about {time:about} on a computer that is not busy.",
                time=EXPECTED_S[kind],
            )
        )
        st.button(
            _("Compute"), icon=":material/hourglass_empty:", key=f"embedding_{kind}_{dataset}",
            on_click=_begin, args=(dataset, kind, str(path)),
        )  # fmt: skip
        return False
    _await(dataset, kind, str(path), job)
    return False


def _begin(dataset: str, kind: str, path: str) -> None:
    """Start a job, unless another visitor has just done so."""
    if path not in _jobs():
        _jobs()[path] = PrecomputeJob(embedding_cache.start(dataset, kind, settings().data_dir))


def _await(dataset: str, kind: str, path: str, job: PrecomputeJob) -> None:
    """Show how a job stands, once a second, until it is done."""

    def look() -> None:
        elapsed_s = time.monotonic() - job.began_s
        if job.process.poll() is None:
            share = 1 - 0.5 ** (elapsed_s / EXPECTED_S[kind] * 2)
            st.progress(share, markdown_("Computing: {time:about} so far …", time=elapsed_s))
            if st.button(_("Stop"), key=f"stop_{kind}_{dataset}"):
                job.process.terminate()
            return
        _jobs().pop(path, None)
        said = job.process.stderr.read() if job.process.stderr else ""
        if job.process.returncode:
            st.session_state.embedding_problem = said.strip().splitlines()[-1][:200] if said.strip() else ""
        st.rerun()

    st.fragment(look, run_every=1.0)()


def show_embedding_problem() -> None:
    """Say, once, why an embedding could not be made."""
    problem = st.session_state.pop("embedding_problem", None)
    if problem:
        st.warning(
            markdown_(
                "The computation failed. Press Compute to try again. The reason: {reason}", reason=problem
            )
        )
    elif problem is not None:
        st.warning(_("The computation was stopped. Press Compute to start it again."))
