"""Where the question comes from: the canvas, a file, the camera, or an image of the test set."""

from typing import Any, Final

import numpy as np
import streamlit as st

from core.datasets import DatasetError, DatasetSpec
from core.figures.image_panels import Panel
from core.figures.palette import PALETTES, to_rgb
from core.i18n.literal_text import markdown_text
from core.images import ImageError, Limits, read_image
from core.prediction.digit_detection import DetectedItem, DetectedSheet, boxed, detect_digits, takes_ink
from core.prediction.predict import DatasetImage, Drawing, ModelInput, predict
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.draw.canvas import canvas
from pages.draw.model_choice import LoadedModel
from pages.draw.prediction import with_article
from pages.server.services import image_data, settings

CANVAS: Final = "Draw"
FILE: Final = "Photo or scan"
CAMERA: Final = "Camera"
TEST: Final = "Test image"
KINDS: Final = ["png", "jpg", "jpeg", "webp", "heic", "heif", "bmp", "gif", "tif", "tiff"]
SHOWN: Final = 24  # digits of one sheet that are answered on the page


def chosen_source(spec: DatasetSpec) -> str:
    """Draw the choice of sources; a garment is not drawn but photographed or taken from the test set."""
    options = [CANVAS, FILE, CAMERA, TEST] if takes_ink(spec) else [TEST, FILE, CAMERA]
    kept = st.session_state.get("draw_source_kept")
    choice = st.segmented_control(
        "Where from",
        options,
        default=kept if kept in options else options[0],
        required=True,
        key=f"draw_source_{len(options)}",
        label_visibility="collapsed",
    )
    st.session_state.draw_source_kept = choice
    return str(choice)


def subject_from(source: str, model: LoadedModel) -> ModelInput | None:
    """Draw the source; return what is asked about, None while there is nothing."""
    if source == CANVAS:
        return Drawing(canvas())
    if source == TEST:
        return _test_image(model)
    if source == CAMERA:
        return _pictured(
            st.camera_input(f"Hold the {markdown_text(model.thing)} into the camera", key="draw_camera"),
            model,
        )
    file = st.file_uploader(
        f"A picture of {markdown_text(with_article(model.thing))}",
        type=KINDS,
        key="draw_file",
        max_upload_size=max(1, int(settings().upload_mb)),
        help="Dark on light or light on dark; a photo, a scan, or a sheet with several digits.",
    )
    return _pictured(file, model)


def _pictured(file: Any, model: LoadedModel) -> ModelInput | None:
    if not takes_ink(model.spec):
        st.caption(
            f"{markdown_text(model.spec.title)} holds cut-outs on black, photographed in a studio. A picture "
            "from a phone is far from that: take it from above, on a plain background, and expect mistakes."
        )
    if file is None:
        return None
    try:
        sheet = _sheet(file.getvalue(), model.spec)
    except ImageError as error:
        st.error(markdown_text(f"{error}"))
        return None
    return _chosen(sheet, model).subject


@st.cache_data(show_spinner=False, max_entries=12)
def _sheet(content: bytes, spec: DatasetSpec) -> DetectedSheet:
    """Return what is on an uploaded picture.  Raises: ImageError."""
    limits = Limits(max_bytes=int(settings().upload_mb * 1e6))
    return detect_digits(read_image(content, limits), spec)


def _chosen(sheet: DetectedSheet, model: LoadedModel) -> DetectedItem:
    """Show what was found; with several digits, answer each and return the one chosen."""
    if sheet.ink is None:
        return sheet.found[0]
    accent = to_rgb(PALETTES[current_theme()].accent)
    count = len(sheet.found)
    px = 280 if count == 1 else 340  # a phone is 390 wide
    picture = boxed(sheet.ink, sheet.found, accent, px)
    if count == 1:
        pixel_panels("found", [Panel(picture, "Taken for ink")], alt="What was taken for ink.", px=px)
        return sheet.found[0]
    names = model.spec.class_names
    answers = [predict(model.predictor, thing.subject) for thing in sheet.found[:SHOWN]]
    read = " ".join(names[answer.best] for answer in answers)
    pixel_panels(
        "found", [Panel(picture, f"{count} digits found")], alt=f"{count} digits, read as {read}.", px=px
    )
    with st.container(key="sheet_answers"):
        st.markdown(f"Read in order: **{markdown_text(read)}**" + (" …" if count > SHOWN else ""))
    place = st.pills(
        "Look at one",
        range(len(answers)),
        format_func=lambda i: f"{i + 1:d}: {markdown_text(names[answers[i].best])}",
        default=min(sheet.main, len(answers) - 1),
        key="sheet_choice",
        required=True,
    )
    return sheet.found[place or 0]


def _test_image(model: LoadedModel) -> ModelInput | None:
    """Show an image of the test set; return it."""
    try:
        data = image_data(model.run.dataset)
    except DatasetError as error:
        st.error(markdown_text(f"{error}"))
        return None
    total = len(data.test_labels)
    if not total:
        st.info(f"{markdown_text(model.spec.title)} has no test images yet.")
        return None
    st.session_state.setdefault("test_image", int(np.random.default_rng().integers(total)))
    index = int(st.session_state.test_image) % total
    pixels, label = data.test_images[index], int(data.test_labels[index])
    pixel_panels(
        "test_image_panel",
        [Panel(pixels, model.spec.class_names[label], f"test image {index:,}")],
        alt=f"Test image {index}, {with_article(model.spec.class_names[label])}.",
        px=252,
    )

    def another() -> None:
        st.session_state.test_image = int(np.random.default_rng().integers(total))

    st.button("Another one", icon=":material/casino:", shortcut="N", on_click=another)
    st.caption("The name beneath is what it is; the model has never seen it.")
    return DatasetImage(pixels)
