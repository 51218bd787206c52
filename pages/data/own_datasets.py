"""Mine: the visitor's own datasets, to train on, take away, share and delete, and the import of another."""

from typing import Final

import streamlit as st

from core.access.rules import Role
from core.config.units import MB
from core.datasets import DatasetError
from core.datasets.shortage import NOTHING_TO_LEARN
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import N_, Sentences, _
from core.runs import StoreError
from core.runs.dataset_rights import EVERYONE, LINK, PRIVATE, OwnDataset
from core.runs.dataset_runs import RunsOn
from pages.components.bin import Binned, show_bin
from pages.components.image_panels import picture
from pages.components.navigation import page
from pages.run_context.dataset_import import KEY, import_own_images
from pages.run_context.erase import erase_button
from pages.run_context.form_config import leave_missing_dataset, put_dataset
from pages.run_context.zip_export import download_own_zip
from pages.server.errors import fragment
from pages.server.services import settings
from pages.server.share_link import address_of, qr_code, say_reach
from pages.server.visitor import actor, datasets, own_title, store, visitor

MOST_SHOWN: Final = 100  # an operator may see many
AUDIENCES: Final = Sentences(
    {PRIVATE: N_("Private"), LINK: N_("Everyone with the link"), EVERYONE: N_("Everyone")}
)
_MEANS: Final = Sentences(
    {
        PRIVATE: N_("Only its owner can see it and train on it."),
        LINK: N_("Everyone with this link may see its images and train on it."),
        EVERYONE: N_("It is in everyone's list of datasets: all may see its images and train on it."),
    }
)
OPEN_IMPORT: Final = "open_import"  # of the session: whether the import was asked for on another section


def show_mine() -> None:
    """Draw the visitor's own datasets, the import of another, and the bin."""
    try:
        is_operator = actor().role is Role.OPERATOR
        above = st.container()  # drawn last: what has just been imported is listed
        if st.button(_("Draw some images"), icon=":material/draw:", key="draw_own"):
            st.switch_page(page("draw"))
        is_open = bool(st.session_state.get(OPEN_IMPORT)) or st.session_state.get(KEY) is not None
        with st.expander(_("Import images"), is_open, icon=":material/upload:", key="import_panel"):
            fragment(import_own_images)()
        binned = datasets().binned()
        with above:
            _offer_undo(binned)
            _list(datasets().managed(), binned, is_operator=is_operator)
        show_bin(
            [Binned(own.name, own.spec.title, own.deleted_at or 0.0) for own in binned],
            store().days_s(settings().bin_days),
            _restore,
            lambda n: nmarkdown_(
                "{n} more dataset, deleted earlier.", "{n} more datasets, deleted earlier.", n
            ),
        )
        erase_button()
    except (DatasetError, StoreError) as error:
        st.error(markdown_text(str(error)), icon=":material/database_off:")


def _offer_undo(binned: list[OwnDataset]) -> None:
    """Say what was deleted last, and offer to bring it back, as long as it lies in the bin."""
    deleted = next((own for own in binned if own.name == st.session_state.get("deleted_dataset")), None)
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_delete"):
        st.markdown(markdown_("“{dataset}” is in the bin.", dataset=deleted.spec.title))
        st.button(
            _("Undo"), on_click=_restore, args=(deleted.name,), icon=":material/undo:", key="undo_button"
        )


def _list(found: list[OwnDataset], binned: list[OwnDataset], *, is_operator: bool) -> None:
    if is_operator:
        st.caption(
            _("This browser is an operator's: it has everyone's datasets, and may change and delete them.")
        )
    else:
        st.caption(
            _(
                "Your own datasets, your drawings among them. Only you and whoever runs this Inkling can see them, "
                "unless you share one."
            )
        )
    if not found:
        st.info(_("You have no datasets of your own yet. Draw some images, or import some."))
        return
    if not is_operator:
        st.caption(
            nmarkdown_(
                "{n} dataset of at most {most}. With the bin, {used:size} of at most {most_bytes:size} are taken.",
                "{n} datasets of at most {most}. With the bin, {used:size} of at most {most_bytes:size} are taken.",
                len(found),
                most=settings().datasets_per_owner,
                used=sum(datasets().stored_bytes(own.name) for own in (*found, *binned)),
                most_bytes=int(settings().dataset_mb_per_owner * MB),
            )
        )
    for own in found[:MOST_SHOWN]:
        with st.container(key=f"own_{own.name}"):
            _one(own, datasets().stored_bytes(own.name))
    if more := len(found[MOST_SHOWN:]):
        st.caption(nmarkdown_("{n} more dataset.", "{n} more datasets.", more))


def _one(own: OwnDataset, room: int) -> None:
    """Draw what the dataset is, and what can be done with it."""
    title = own.spec.title if own.owner == visitor() else own_title(own)
    st.subheader(markdown_text(title), anchor=False)
    if own.damage:
        st.warning(markdown_text(own.damage), icon=":material/broken_image:")
        _delete_panel(own)
        return
    st.caption(_contents_in_markdown(own, room))
    is_empty = not own.spec.train_size
    with st.container(horizontal=True, vertical_alignment="center", key=f"own_tools_{own.name}"):
        if st.button(
            _("Train on it"),
            icon=":material/play_arrow:",
            key=f"train_on_{own.name}",
            disabled=is_empty,
            help=markdown_text(_(NOTHING_TO_LEARN, title=own.spec.title))
            if is_empty
            else _("Puts it into the settings of Train. Nothing trains until you press Train."),
        ):
            put_dataset(own.name)
            st.switch_page(page("train"))
        download_own_zip(own.spec)
        _share_button(own)
        _delete_panel(own)


def _contents_in_markdown(own: OwnDataset, room: int) -> str:
    """Say what the dataset holds, how much of the disk it takes, and who may use it."""
    values = {
        "train": own.spec.train_size,
        "validation": own.spec.validation_size,
        "test": own.spec.test_size,
        "room": room,
        "audience": AUDIENCES[own.audience],
    }
    if own.spec.validation_size:
        return nmarkdown_(
            "{n} class · training images: {train}, validation images: {validation}, test images: {test} · {room:size} "
            "· {audience}",
            "{n} classes · training images: {train}, validation images: {validation}, test images: {test} · "
            "{room:size} · {audience}",
            own.spec.n_classes,
            **values,
        )
    return nmarkdown_(
        "{n} class · training images: {train}, test images: {test} · {room:size} · {audience}",
        "{n} classes · training images: {train}, test images: {test} · {room:size} · {audience}",
        own.spec.n_classes,
        **values,
    )


def _share_button(own: OwnDataset) -> None:
    if st.button(_("Share"), icon=":material/share:", key=f"share_{own.name}"):
        ask = st.dialog(
            markdown_("Share “{dataset}”", dataset=own.spec.title), width="large", on_dismiss="rerun"
        )
        ask(_ask_audience)(own.name)


def _ask_audience(name: str) -> None:
    """Draw who may use the dataset, and its link: to read, and as a code that a whole class can scan."""
    if "trouble" in st.session_state:  # the page says what went wrong
        st.rerun()
    try:
        own = datasets().get(name)
    except (DatasetError, StoreError) as error:  # another tab may have deleted it
        st.error(markdown_text(str(error)), icon=":material/database_off:")
        return
    key = f"audience_{own.name}_{own.audience}"  # another tab may change it
    offered = [kind for kind in AUDIENCES if kind in (PRIVATE, LINK, own.audience) or not own.owner]
    st.segmented_control(
        _("Who may use it"),
        offered,
        default=own.audience,
        required=True,
        format_func=AUDIENCES.__getitem__,
        key=key,
        on_change=_share,
        args=(own.name, key),
    )
    if own.audience == PRIVATE:
        st.caption(markdown_text(_MEANS[own.audience]))
        return
    address = address_of("", {"dataset": own.name})
    code, words = st.columns(2)
    with code, st.container(key="scan"):
        picture(qr_code(address), alt=_("QR code: {address}", address=address))
        st.caption(markdown_("Scan to train on “{dataset}”", dataset=own.spec.title))
    with words:
        st.code(address, language=None, wrap_lines=True)
        say_reach(address)
        st.caption(markdown_text(_MEANS[own.audience]))
        st.caption(_("You can take that back at any time. Models that have learned from it by then stay."))


def _delete_panel(own: OwnDataset) -> None:
    with st.popover(
        _("Delete"), icon=":material/delete:", key=f"delete_{own.name}", on_change="rerun"
    ) as panel:
        if not panel.open:
            return
        standing = datasets().runs_on(own.name)
        for runs in standing:
            _show_runs(runs)
        if not standing:
            st.markdown(markdown_("No run was trained on it."))
        st.button(
            _("Move to the bin"),
            type="primary",
            key=f"bin_{own.name}",
            on_click=_delete,
            args=(own.name,),
            help=nmarkdown_(
                "You can take it out of the bin, below, for {n} day.",
                "You can take it out of the bin, below, for {n} days.",
                settings().bin_days,
            ),
        )


def _show_runs(runs: RunsOn) -> None:
    """Draw which runs stand on a dataset, each a link, and what they lack without it."""
    st.markdown(f"**{markdown_text(runs.counted())}**")
    for run_id, name in runs.titles.items():
        st.page_link(page("train"), label=markdown_text(name), query_params={"run": run_id})
    if runs.named and runs.unnamed:
        st.caption(nmarkdown_("{n} more is not named here.", "{n} more are not named here.", runs.unnamed))
    st.markdown(markdown_text(runs.left()))


def _share(name: str, key: str) -> None:
    try:
        datasets().share(name, st.session_state[key])
    except (DatasetError, StoreError) as error:
        st.session_state.trouble = str(error)


def _delete(name: str) -> None:
    try:
        datasets().delete(name)
        st.session_state.deleted_dataset = name
        leave_missing_dataset()
    except (DatasetError, StoreError) as error:
        st.session_state.trouble = str(error)


def _restore(name: str) -> None:
    try:
        datasets().restore(name)
        st.session_state.pop("deleted_dataset", None)
    except (DatasetError, StoreError) as error:
        st.session_state.trouble = str(error)
