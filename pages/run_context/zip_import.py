"""The import of a ZIP as a dataset of the visitor's own: goes on beside the page, shown with a way to end it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.reader import read_by, reader
from core.i18n.translation import _
from core.runs.own_datasets import Imported, OwnDatasets
from pages.components.live_channel import follow
from pages.server.background import begin, tell
from pages.server.page_visit import still_there
from pages.server.turns import Turns
from pages.server.visitor import datasets, visitor

KEY: Final = "zip_import"
LOOK_S: Final = 0.2  # between two looks whether one that waits is still wanted
TURNS: Final = Turns()  # one import a visitor at a time, whatever many of their pages ask for


@dataclass
class _Import:
    """One that goes on, or has ended: `result` will hold what came of it."""

    file_id: str
    is_there: Callable[[], bool]
    name: str = field(default_factory=lambda: f"zip-{token_hex(8)}")
    is_cancelled: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    total: int = 0
    waits: str = ""
    result: Future[Imported] = field(default_factory=Future)
    is_shown: bool = False  # what came of it

    def begin(
        self, whose: str, own: OwnDatasets, content: bytes, title: str, shape: tuple[int, int, int]
    ) -> None:
        asker = reader()

        def work() -> Imported:
            with read_by(asker), TURNS.turn(whose, self._waiting, LOOK_S):
                return own.import_zip(content, title, shape, progress=self._tell)

        self.result = begin(work, self.name)

    @contextmanager
    def _waiting(self, _before: int) -> Iterator[None]:
        self._tell(0, 0, _("Other ZIPs are being read at the moment. Yours waits for its turn."))
        yield

    def _tell(self, done: int, total: int, what: str) -> None:
        """Note how far it is; end it if it was cancelled or nobody waits for it."""
        self.done, self.total, self.waits = done, total, what
        tell(self.name, what or f"{done}")
        if self.is_cancelled.is_set() or not self.is_there():
            raise CancelledError


def import_own_zip(shape: tuple[int, int, int]) -> None:
    """Draw the uploader of a ZIP of images of this shape, (C, H, W), how far its import is, and what came of it.

    What this stands in is drawn anew as it goes on.
    """
    file = st.file_uploader(
        _("ZIP with one folder for each class"),
        type=["zip"],
        key="lesson_zip",
        help=_("Becomes a new dataset, which you can choose on the Train page."),
    )
    known: _Import | None = st.session_state.get(KEY)
    if known is not None and not known.result.done():
        _show_progress(known)
    elif file is not None:
        st.button(
            markdown_("Import {file}", file=file.name), key="zip_begin", on_click=_begin, args=(file, shape)
        )
        if known is not None and known.file_id == file.file_id:
            _show_result(known)


def _begin(file: UploadedFile, shape: tuple[int, int, int]) -> None:
    known: _Import | None = st.session_state.get(KEY)
    if known is not None and not known.result.done():
        return
    made = st.session_state[KEY] = _Import(file.file_id, still_there())
    made.begin(visitor(), datasets(), file.getvalue(), file.name.removesuffix(".zip")[:60], shape)


def _show_progress(known: _Import) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(known.done / max(1, known.total), _how_far_in_markdown(known))
        st.button(_("Cancel"), key="zip_cancel", on_click=known.is_cancelled.set, icon=":material/close:")
    follow(KEY, {("work", known.name): {"is_done": str(False), "progress": known.waits or f"{known.done}"}})


def _how_far_in_markdown(known: _Import) -> str:
    if known.waits:
        return markdown_text(known.waits)
    if not known.total:
        return _("Starting …")
    return nmarkdown_("{done} of {n} image", "{done} of {n} images", known.total, done=known.done)


def _show_result(known: _Import) -> None:
    try:
        found = known.result.result()
    except CancelledError:
        st.caption(_("The import was cancelled, and nothing of it is kept."))
        return
    if not known.is_shown:  # lists around this have one more now
        known.is_shown = True
        st.rerun()
    total = found.spec.train_size + found.spec.test_size
    imported = nmarkdown_("{n} image was imported.", "{n} images were imported.", total)
    classes = nmarkdown_(
        "The new dataset has {n} class; you can choose it on the Train page.",
        "The new dataset has {n} classes; you can choose it on the Train page.",
        found.spec.n_classes,
    )
    st.success(f"{imported} {classes}")
    for note in found.notes:
        st.caption(markdown_text(note))
