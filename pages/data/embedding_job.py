"""Embeddings that take a while are computed in a process of their own, once."""

import subprocess
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import streamlit as st

from core.i18n.marked_sentences import html_, markdown_, nmarkdown_
from core.i18n.translation import _
from core.insight import embedding_cache
from pages.components.live_channel import follow
from pages.server.background import begin
from pages.server.services import allowed, settings
from pages.server.visitor import image_data, visitor

FOLLOWED: Final = 4  # of others' jobs, whose end a page waits for
EXPECTED_S: Final = {"tsne": 15, "neighbours": 30}


@dataclass
class PrecomputeJob:
    """An embedding being made, for whoever waits for it; `said` will hold what its process said of errors."""

    owner: str
    work: str
    process: "subprocess.Popen[str]"
    said: Future[str]
    began_s: float = field(default_factory=time.monotonic)


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, PrecomputeJob]:
    return {}


@st.cache_resource(show_spinner=False, max_entries=16)
def _is_whole(path: Path, changed_ns: int) -> bool:  # noqa: ARG001 - made anew, looked at anew
    return embedding_cache.is_whole(path)


def embedding_ready(dataset: str, kind: str) -> bool:
    """Return whether an embedding is there; else offer to make it, or show that it is being made."""
    path = embedding_cache.cache_path(image_data(dataset), kind, settings().data_dir)
    job = _jobs().get(str(path))
    if job is not None and job.said.done():
        _end(str(path), job)
    if path.exists() and _is_whole(path, path.stat().st_mtime_ns):
        return True
    if job is None and (first := _come_first()):
        st.caption(
            nmarkdown_(
                "{n} such computation is made at a time here. This one can be started as soon as it has ended.",
                "{n} such computations are made at a time here, one for each visitor. This one can be started as soon "
                "as one has ended.",
                allowed().costly_at_once,
            )
        )
        follow("embedding", {("work", work): {"is_done": str(False)} for work in first})
        return False
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
    _await(dataset, kind, job)
    return False


def _work(dataset: str, kind: str) -> str:
    return f"{kind}-{dataset}"


def _begin(dataset: str, kind: str, path: str) -> None:
    """Start a job, unless another visitor has just done so."""
    if path not in _jobs() and not _come_first():
        process, work = embedding_cache.start(dataset, kind, settings().data_dir), _work(dataset, kind)
        _jobs()[path] = PrecomputeJob(visitor(), work, process, begin(lambda: process.communicate()[1], work))


def _come_first() -> list[str]:
    """Return the work of which a piece must end before this visitor may start another."""
    at_work = [job for job in list(_jobs().values()) if not job.said.done()]
    mine = [job.work for job in at_work if job.owner == visitor()]
    return mine or (
        [job.work for job in at_work[:FOLLOWED]] if len(at_work) >= allowed().costly_at_once else []
    )


def _end(path: str, job: PrecomputeJob) -> None:
    """Keep why it could not be made, if so, and draw the page anew."""
    _jobs().pop(path, None)
    if job.process.returncode:
        lines = job.said.result().strip().splitlines()
        st.session_state.embedding_problem = lines[-1][:200] if lines else ""
    st.rerun()


def _await(dataset: str, kind: str, job: PrecomputeJob) -> None:
    """Show that a job goes on, with a bar that fills as such jobs usually do, until it is done."""
    told = html_(
        "Computing. This takes about {time:about} on a computer that is not busy.", time=EXPECTED_S[kind]
    )
    elapsed_s = time.monotonic() - job.began_s
    timing = f"animation-duration:{4 * EXPECTED_S[kind]}s;animation-delay:{-elapsed_s:.1f}s"  # not said: CSS
    st.html(
        f'{told}<div class="ink-progress"><i class="ink-awaited" style="{timing}"></i></div>'  # not said: HTML
    )
    if job.owner == visitor() and st.button(_("Stop"), key=f"stop_{kind}_{dataset}"):
        job.process.terminate()
    follow("embedding", {("work", _work(dataset, kind)): {"is_done": str(False)}})


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
