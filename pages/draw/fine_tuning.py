"""Train on your drawings: label them, keep them as a little dataset, train on it, and see what that changed."""

from typing import Final

import numpy as np
import streamlit as st

from core.config.run_config import ConfigError, RunConfig
from core.config.setting_labels import OPTION_NAMES, class_title, label_of, refusal
from core.datasets import DatasetError, DatasetSpec, ImageData
from core.figures.image_panels import Panel
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import html_, markdown_, nmarkdown_
from core.i18n.number_format import percent, share_of
from core.i18n.translation import _
from core.live.run_news import page_mark, state_marks
from core.prediction.fine_tuning import correct_on, fine_tuning_config, scratch_config
from core.runs import StoreError
from core.runs.dataset_rights import DRAWINGS
from core.runs.run_labels import title
from pages.components.image_panels import pixel_panels
from pages.components.live_channel import FIGURES_MS, follow
from pages.draw.answered import draw_whole
from pages.draw.model_choice import LoadedModel, ModelUnavailable, model_of
from pages.draw.own_drawings import ADDED, my_dataset
from pages.run_context.dataset_import import import_own_images
from pages.run_context.selected_run import select_run, status_chip
from pages.run_context.zip_export import download_own_zip
from pages.server.visitor import datasets, image_data, refused_dataset, store, submit

ENOUGH: Final = 2  # drawings of one class: the second is kept for testing
SHOWN: Final = 40


def show_fine_tuning(model: LoadedModel) -> None:
    """Draw the lesson: the drawings so far, two ways to train on them, and what came of it."""
    try:
        mine = my_dataset(model.spec)
        _introduction(model.spec)
        data = image_data(mine.name) if mine is not None else None
        if data is not None and len(data.train_labels) + len(data.test_labels):
            _drawings(data)
            _train(model, data)
            _outcome(model, data)
        elif mine is None:
            _offer_undo(model.spec)
        _zips(model, mine)
    except (DatasetError, StoreError) as error:
        st.error(markdown_text(f"{error}"))


def _introduction(spec: DatasetSpec) -> None:
    what = (
        _("**Draw or show one, then say what it is.** The buttons stand beside it.")
        if spec.takes_ink
        else _("**Say what this one is.** The buttons stand beside it.")
    )
    how = _(
        "It is added to your own dataset. Ten or more of each class work best. Of each class the 2nd, 7th, 12th and so "
        "on is set aside as a test image and not trained on."
    )
    st.markdown(f"{what} {how}")
    trouble = st.session_state.pop("lesson_trouble", None)
    if trouble:
        st.error(markdown_text(trouble))


def _drawings(data: ImageData) -> None:
    """Show the newest drawings, and offer to remove the last one."""
    names = data.spec.class_names
    images = np.concatenate([data.train_images, data.test_images])
    labels = np.concatenate([data.train_labels, data.test_labels])
    tests = np.arange(len(labels)) >= len(data.train_labels)
    counts = np.bincount(labels, minlength=len(names))
    order = np.argsort(labels, kind="stable")[:SHOWN]
    panels = [Panel(images[i], names[labels[i]], _("test") if tests[i] else "") for i in order]
    each = [
        _("{name} ({n})", name=name, n=int(count)) for name, count in zip(names, counts, strict=True) if count
    ]
    st.markdown(
        nmarkdown_(
            "**{n} image so far:** {each:list}.",
            "**{n} images so far:** {each:list}.",
            len(labels),
            each=each,
        )
    )
    pixel_panels("lesson_images", panels, alt=_("Your own images: {each:list}.", each=each), px=56)

    def take_back() -> None:
        added = st.session_state.get(ADDED, {}).get(
            data.spec.name
        )  # each side is in order, not the two of them
        split = added.pop() if added else "train" if len(data.train_labels) else "test"
        count = len(getattr(data, f"{split}_labels"))
        datasets().remove_image(data.spec.name, split, count - 1)
        draw_whole()

    def forget() -> None:
        datasets().delete(data.spec.name)
        st.session_state.get(ADDED, {}).pop(data.spec.name, None)
        st.session_state.deleted_dataset = data.spec.name
        draw_whole()

    with st.container(horizontal=True):
        st.button(_("Remove last"), on_click=take_back, type="tertiary", icon=":material/undo:")
        st.button(_("Delete all"), on_click=forget, type="tertiary", icon=":material/delete:")


def _offer_undo(spec: DatasetSpec) -> None:
    """Say where the drawings are that were deleted last, and offer to bring them back, until there are new ones."""
    name = st.session_state.get("deleted_dataset")
    if not name or not any(
        own.name == name and own.kind == DRAWINGS and own.spec.is_compatible_with(spec)
        for own in datasets().binned()
    ):
        return

    def bring_back() -> None:
        try:
            datasets().restore(name)
            draw_whole()
        except (DatasetError, StoreError) as error:
            st.session_state.lesson_trouble = str(error)

    with st.container(horizontal=True, vertical_alignment="center", key="undo_delete_all"):
        st.markdown(_("Your drawings are in the bin, on Data under “Mine”."))
        st.button(_("Undo"), on_click=bring_back, icon=":material/undo:", key="undo_forget")


def _train(model: LoadedModel, data: ImageData) -> None:
    if not len(data.train_labels) or not len(data.test_labels):
        st.caption(
            nmarkdown_(
                "As soon as one class has {n} image, you can train on them.",
                "As soon as one class has {n} images, you can train on them.",
                ENOUGH,
            )
        )
        return
    count, run = len(data.train_labels), model.run
    tuned = fine_tuning_config(run.config, run.id, data.spec.name)
    refused = refused_dataset(tuned)
    with st.container(horizontal=True):
        st.button(
            markdown_("Fine-tune {run}", run=model.name),
            type="primary",
            on_click=_begin,
            args=(tuned, str(_("{run} + my drawings", run=model.name)), run.id),
            disabled=refused is not None,
            help=markdown_text(refused.said(label_of(refused.field)))
            if refused
            else _(
                "A new run that starts from this one's weights and trains for two more epochs (passes through all "
                "images). About a tenth of what it sees are your drawings."
            ),
        )
        st.button(
            _("Train on these only"),
            on_click=_begin,
            args=(
                scratch_config(run.config, data.spec.name, count),
                str(_("My drawings only ({model})", model=OPTION_NAMES["model", run.model])),
                run.id,
            ),
            help=_("A new model that sees nothing but your drawings."),
        )
    if run.config.left_out_class in data.train_labels:
        st.caption(
            markdown_(
                "{run} leaves out “{name}”, and so does fine-tuning: it learns from none of your images of that class.",
                run=model.name,
                name=class_title(run.config.dataset, run.config.left_out_class),
            )
        )


def _begin(config: RunConfig, name: str, parent_id: str) -> None:
    try:
        tags = ["my hand"]  # not said: a stored tag
        run_id = store().create(config, name=name, parent_id=parent_id, tags=tags)
        submit(run_id)
    except (StoreError, ConfigError) as error:
        st.session_state.lesson_trouble = refusal(error)
        return
    st.session_state.lesson_run = run_id


def _outcome(model: LoadedModel, data: ImageData) -> None:
    """Show the last lesson: how far it is, then before and after on the drawings and on the test set."""
    run_id = st.session_state.get("lesson_run")
    if not run_id:
        return
    run = store().get(run_id)
    if run.parent_id != model.run.id:
        return
    progress = html_("{run}: {share:percent.0}", run=title(run), share=run.progress)
    st.html(f'<div class="ink-status">{status_chip(run)}<span>{progress}</span></div>')  # not said: HTML
    if run.is_live:
        follow("lesson", {("state", run.id): {"page": page_mark(run)}})
        said = {"revision": state_marks(run, None)["revision"]}
        follow("lesson-progress", {("state", run.id): said}, FIGURES_MS)
        return
    after = model_of(run)
    if isinstance(after, ModelUnavailable):
        st.caption(markdown_text(after.sentence))
        return
    splits = (
        (_("On your test images"), data.test_images, data.test_labels),
        (_("On your other images, trained on"), data.train_images, data.train_labels),
    )
    rows: list[tuple[str, str, str]] = [
        (name, *_scores(model, after, images, labels)) for name, images, labels in splits if len(labels)
    ]
    if run.dataset == model.run.dataset:
        title_of_set = _("On the test images of {dataset}", dataset=model.spec.title)
        rows.append((title_of_set, percent(model.run.test_accuracy), percent(run.test_accuracy)))
    st.html(_table(rows))
    if (
        run.dataset == model.run.dataset
        and run.test_accuracy is not None
        and model.run.test_accuracy is not None
    ):
        st.caption(accuracy_change_in_markdown(run.test_accuracy - model.run.test_accuracy))
    st.button(_("Select the new run"), on_click=select_run, args=(run.id,))


def _scores(
    before: LoadedModel, after: LoadedModel, images: np.ndarray, labels: np.ndarray
) -> tuple[str, str]:
    """Return what both models read rightly of the images: as counts where they are few."""
    first, second = (correct_on(one.predictor, images, labels) for one in (before, after))
    return share_of(first, len(labels)), share_of(second, len(labels))


def accuracy_change_in_markdown(change: float) -> str:
    """Say what the lesson did to the test accuracy; change: of shares, 0.01 = one percentage point."""
    points = 100 * abs(change)
    if points <= 0.05:
        return _("Test accuracy did not change.")
    if change < 0:
        return markdown_("Test accuracy fell by {points:number.1} percentage points.", points=points)
    return markdown_("Test accuracy rose by {points:number.1} percentage points.", points=points)


def _table(rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(
        f'<tr><th scope="row">{html_text(name)}</th>'
        + "".join(f"<td>{html_text(share)}</td>" for share in pair)
        + "</tr>"
        for name, *pair in rows
    )  # not said: HTML
    before, after = html_("before"), html_("after")
    head = f"<th></th><th>{before}</th><th>{after}</th>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>"
    name = html_("accuracy before and after")
    return (
        f'<div class="ink-sums" role="group" tabindex="0" aria-label="{name}">{table}</div>'  # not said: HTML
    )


def _zips(model: LoadedModel, mine: DatasetSpec | None) -> None:
    with st.expander(_("Export and import")):
        if mine is not None and mine.n_images:
            download_own_zip(mine)
        import_own_images(model.spec.image_shape)
