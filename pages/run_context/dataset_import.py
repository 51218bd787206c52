"""The import of files as a dataset of the visitor's own: read beside the page, looked at, and then kept or not."""

import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.dataset_import.file_names import title_of
from core.dataset_import.understanding import Answers, Brought, Wanted
from core.dataset_import.worker_process import PreparedImport
from core.datasets import CATALOG, DatasetError, RefusedUpload
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.reader import read_by, reader
from core.i18n.translation import N_, Sentences, _
from core.runs import StoreError
from core.runs.own_datasets import OwnDatasets
from pages.components.live_channel import follow
from pages.run_context.import_preview import TITLE, show_preview
from pages.server.background import begin, tell
from pages.server.page_visit import still_there
from pages.server.turns import Turns
from pages.server.visitor import datasets, visitor

KEY: Final = "dataset_import"
KEPT: Final = "imported_dataset"  # the name of what was made last
_ANSWERS: Final = "import_answers"
_ROUND: Final = "import_round"
LOOK_S: Final = 0.2  # between two looks whether one that waits is still wanted
AS_SUITS: Final = "as_suits"
_SHAPES: Final = Sentences(
    {
        AS_SUITS: N_("What suits them"),
        "mnist": N_("Grey, 28 × 28 pixels, as MNIST"),
        "cifar10": N_("In colour, 32 × 32 pixels, as CIFAR-10"),
    }
)
TURNS: Final = Turns()  # one import a visitor at a time, whatever many of their pages ask for


@dataclass(eq=False)
class _Import:
    """One that goes on, or has ended: `result` will hold what was prepared."""

    files: tuple[str, ...]
    wanted: Wanted
    is_there: Callable[[], bool]
    name: str = field(default_factory=lambda: f"import-{token_hex(8)}")
    is_cancelled: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    total: int = 0
    waits: str = ""
    is_wanted: bool = False  # Create was pressed: it is kept once it is what was asked for
    trouble: str = ""
    result: Future[PreparedImport] = field(default_factory=Future)

    def begin(self, whose: str, own: OwnDatasets, brought: list[Brought]) -> None:
        asker = reader()

        def work() -> PreparedImport:
            with read_by(asker), TURNS.turn(whose, self._waiting, LOOK_S):
                return own.prepare_import(brought, self.wanted, progress=self._tell)

        self.result = begin(work, self.name)

    def end(self) -> None:
        """Have it end, and what it prepared go."""
        self.is_cancelled.set()
        self.result.add_done_callback(_discard)

    @contextmanager
    def _waiting(self, _before: int) -> Iterator[None]:
        self._tell(0, 0, _("Other imports are being read at the moment. Yours waits for its turn."))
        yield

    def _tell(self, done: int, total: int, what: str) -> None:
        """Note how far it is; end it if it was cancelled or nobody waits for it."""
        self.done, self.total, self.waits = done, total, what
        tell(self.name, what or f"{done}")
        if self.is_cancelled.is_set() or not self.is_there():
            raise CancelledError


_MADE: Final[weakref.WeakSet[_Import]] = weakref.WeakSet()


def _discard(result: Future[PreparedImport]) -> None:
    if not result.cancelled() and result.exception() is None:
        result.result().discard()


def import_own_images(shape: tuple[int, int, int] | None = None) -> None:
    """Draw the uploader of images, and what becomes of them.

    shape: (C, H, W) that they must have; None: the visitor chooses it. What this stands in is drawn anew as it goes on.
    """
    files = st.file_uploader(
        _("Images in class folders (ZIP or tar.gz), or IDX, CSV or .npz files"),
        accept_multiple_files=True,
        key=f"import_files_{st.session_state.get(_ROUND, 0)}",
        help=_(
            "You see what was understood before anything is made of it. It ends when you leave this page."
        ),
    )
    known: _Import | None = st.session_state.get(KEY)
    if not files:
        _say_left(known)
        _forget(known)
        _show_kept()
        return
    names = tuple(file.file_id for file in files)
    if known is None or known.files != names:
        st.session_state[_ANSWERS] = Answers()
        st.session_state[TITLE] = _title_of(files)
    shape, is_ink = _ask_form(shape, hash(names))
    wanted = Wanted(_title_of(files), shape, st.session_state[_ANSWERS], is_ink)
    if known is None or (known.files, known.wanted) != (names, wanted):
        known = _begin(known, files, wanted)
    if not known.result.done():
        _show_progress(known)
    else:
        _show_result(known)


def _ask_form(shape: tuple[int, int, int] | None, files: int) -> tuple[tuple[int, int, int] | None, bool]:
    """Draw what the images are to become, of these files; return their shape and whether their ink alone is kept."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if shape is None:
            like = st.selectbox(
                _("Images become"),
                list(_SHAPES),
                format_func=_SHAPES.__getitem__,
                key="import_shape",
                width=320,
                help=_(
                    "All images of a dataset have the same size, which a model of it takes. Default: in colour if they "
                    "are, else grey."
                ),
            )
            shape = None if like == AS_SUITS else CATALOG[str(like)].image_shape
        if shape is not None and shape[0] != 1:
            return shape, False
        is_ink = st.toggle(
            _("They show writing on paper"),
            key=f"import_ink_{files}",
            help=_(
                "Each image becomes its ink alone, white on black and centred, 28 × 28 pixels, as MNIST's digits are: "
                "a model of them can be asked about drawings."
            ),
        )
    return shape, is_ink


def _say_left(known: _Import | None) -> None:
    """Say that an import ended with the page on which it was begun."""
    if known is not None and not known.is_there():
        st.info(_("Your import ended when you left the page. Bring the files again."))


def _title_of(files: list[UploadedFile]) -> str:
    """Return what the files suggest as a title."""
    return title_of(files[0].name)


def _begin(known: _Import | None, files: list[UploadedFile], wanted: Wanted) -> _Import:
    _forget(known)
    _end_abandoned()
    made = _Import(tuple(file.file_id for file in files), wanted, still_there())
    _MADE.add(made)
    st.session_state[KEY] = made
    st.session_state.pop(KEPT, None)
    made.begin(visitor(), datasets(), [(file.name, file.getvalue()) for file in files])
    return made


def _end_abandoned() -> None:
    """Let go what was prepared for pages that have been left: it takes its owner's share of the disk."""
    for made in [*_MADE]:
        if not made.is_there():
            made.end()
            _MADE.discard(made)


def _forget(known: _Import | None) -> None:
    """End what goes on and let go what was prepared."""
    if known is not None:
        known.end()
    if st.session_state.get(KEY) is known:
        st.session_state[KEY] = None


def _show_progress(known: _Import) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(known.done / max(1, known.total), _how_far_in_markdown(known))
        st.button(_("Cancel"), key="import_cancel", on_click=known.is_cancelled.set, icon=":material/close:")
    follow(KEY, {("work", known.name): {"is_done": str(False), "progress": known.waits or f"{known.done}"}})


def _how_far_in_markdown(known: _Import) -> str:
    if known.waits:
        return markdown_text(known.waits)
    if not known.total:
        return _("Starting …")
    return nmarkdown_("{done} of {n} image", "{done} of {n} images", known.total, done=known.done)


def _show_result(known: _Import) -> None:
    try:
        prepared = known.result.result()
        if known.is_wanted:
            _keep(known, prepared)
        images = prepared.images() if prepared.understood.name else None
    except CancelledError:
        st.caption(_("The import was cancelled, and nothing of it is kept."))
        _offer_again(known)
        return
    except (DatasetError, StoreError) as error:
        st.error(markdown_text(known.trouble or str(error)), icon=":material/upload_file:")
        if known.wanted.answers != Answers():
            label = _("Take my answers back")
            st.button(
                label, key="import_unanswer", on_click=_answer, args=(Answers(),), icon=":material/undo:"
            )
        elif not isinstance(error, RefusedUpload):  # which it would be again
            _offer_again(known)
        return
    show_preview(prepared.understood, images, known.wanted, _answer)
    if known.trouble:
        st.error(markdown_text(known.trouble))
    with st.container(horizontal=True):
        st.button(
            _("Create the dataset"),
            type="primary",
            key="import_keep",
            disabled=images is None,
            on_click=_want,
            args=(known,),
        )
        st.button(_("Discard"), key="import_discard", on_click=_next, args=(known,), icon=":material/close:")


def _offer_again(known: _Import) -> None:
    st.button(_("Read again"), key="import_again", on_click=_forget, args=(known,), icon=":material/refresh:")


def _answer(answers: Answers) -> None:
    """Note what the visitor says of the folders: it is read again with that."""
    st.session_state[_ANSWERS] = answers


def _want(known: _Import) -> None:
    """Note that it is to be made: once all that was said at the same time is known, and only if it is still this."""
    known.is_wanted = True


def _keep(known: _Import, prepared: PreparedImport) -> None:
    """Make the dataset, and draw the page anew; or note what is in the way."""
    known.is_wanted = False
    try:
        own = datasets().keep_import(prepared, st.session_state[TITLE])
    except (DatasetError, StoreError) as error:
        known.trouble = str(error)
        return
    _next(known)
    st.session_state[KEPT] = own.name
    st.rerun()


def _next(known: _Import) -> None:
    """Be ready for other files."""
    _forget(known)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _show_kept() -> None:
    """Say what was made."""
    name = st.session_state.get(KEPT)
    if name is None:
        return
    try:
        title = datasets().get(name).spec.title
    except DatasetError:  # it has been deleted since
        return
    st.success(markdown_("“{title}” was made. You can choose it on the Train page.", title=title))
