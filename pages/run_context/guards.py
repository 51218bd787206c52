"""What a page says where there is no run to look into, and what has it drawn anew."""

from typing import Final, NoReturn

import numpy as np
import streamlit as st

from core.config.setting_labels import dataset_title
from core.datasets import DatasetError
from core.datasets.shortage import no_test_images
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.live_channel import FIGURES_MS, follow
from pages.components.navigation import page
from pages.run_context.dataset_guard import dataset_is_here
from pages.run_context.selected_run import selected_run
from pages.run_context.trained_model import newest_step, state_at
from pages.server.visitor import image_data, store

READY_MODEL: Final = "softmax-mnist"  # of core.pretrained: what it learned can be looked at pixel by pixel


def heading(question: str) -> None:
    """Draw the page's question."""
    st.title(markdown_text(question), anchor=False)


def run_with_weights_or_stop(question: str) -> RunRow:
    """Return the selected run once it has weights and its images are there; else say what is missing and stop.

    Where no run is selected, it is a model that comes with the app, and the page says so.
    """
    run = selected_run()
    heading(question)
    if run is None:
        run = _ready_model()
    images_or_stop(run.dataset)
    if store().newest_weights_step(run.id) is None:
        if run.is_live:
            follow_first_weights(run)
            if run.status == "queued":
                waits = _("This run is still in the queue. Its weights appear here after its first step.")
            else:
                waits = _("This run is about to start. Its weights appear here after its first step.")
            _stop_with_link(waits, _("Show its progress"))
        if run.message:
            _stop_with_link(" ".join((_("This run has no weights to show."), run.message)), _("Train again"))
        _stop_with_link(_("This run has no weights to show: none were kept."), _("Train again"))
    return run


def _ready_model() -> RunRow:
    """Return the model that is shown where no run is selected, having said which it is; stop if it is gone."""
    found = store().list(ids=[READY_MODEL], limit=1)
    if not found:
        _stop_with_link(_("No run is selected. Train one, or choose one above."), _("Train a run"))
    (run,) = found
    told = _(
        "No run is selected. This is {model}, which comes with Inkling: softmax regression, trained on {dataset}.",
        model=title(run),
        dataset=dataset_title(run.dataset),
    )
    st.info(markdown_text(told))
    st.page_link(page("train"), label=_("Train a run"), icon=":material/play_arrow:")
    return run


def images_or_stop(dataset: str) -> None:
    """Have a dataset's images ready, or offer to get them and stop."""
    try:
        if not dataset_is_here(dataset):
            st.page_link(page("train"), label=_("Train on another dataset"), icon=":material/play_arrow:")
            st.stop()
    except DatasetError as error:
        told = " ".join((_("The images cannot be loaded."), str(error)))
        _stop_with_link(told, _("Train on another dataset"))


def _stop_with_link(sentence: str, action: str) -> NoReturn:
    st.info(markdown_text(sentence))
    st.page_link(page("train"), label=markdown_text(action), icon=":material/play_arrow:")
    st.stop()


def follow_first_weights(run: RunRow) -> None:
    """Have the page drawn anew when the run has its first weights; that its status changes, the header says."""
    follow("first-weights", {("state", run.id): {"weights": str(None)}})


def follow_weights(run: RunRow, step: int, key: str = "weights") -> None:
    """Have a fragment drawn anew, every three seconds at most, when a live run has newer weights than of `step`."""
    follow(key, {("state", run.id): {"weights": str(step)}} if run.is_live else {}, FIGURES_MS)


def has_test_images(run: RunRow) -> bool:
    """Return whether there are test images; where there are none, say so and what to do."""
    spec = image_data(run.dataset).spec
    if not spec.test_size:
        st.info(markdown_text(str(no_test_images(spec))))
    return bool(spec.test_size)


def warn_if_diverged(run: RunRow) -> bool:
    """Say so, with the remedy, and return True if the newest weights are no longer finite numbers."""
    state = state_at(run.id, newest_step(run))
    if all(np.isfinite(array).all() for array in state.values()):
        return False
    told = _("This run diverged: its weights are no longer finite numbers.")
    st.warning(f"{markdown_text(told)} {markdown_text(run.remedy)}")
    st.page_link(page("train"), label=_("Train with a smaller learning rate"), icon=":material/play_arrow:")
    return True


def current_run(run_id: str) -> RunRow:
    """Return the run as it stands, for a fragment; stop the fragment with a sentence if it is gone.

    Once another run is selected, the whole page is drawn anew.
    """
    if (st.session_state.get("run") or READY_MODEL) != run_id:
        st.rerun()
    try:
        return store().get(run_id)
    except StoreError as error:
        st.error(markdown_text(str(error)))
        st.stop()
