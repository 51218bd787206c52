"""Where the question comes from: the canvas, a file, the camera, or an image of the test set."""

from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
import streamlit as st

from core.datasets import DatasetError, DatasetSpec, PrivateDataset
from core.figures.image_panels import Panel
from core.figures.palette import PALETTES, to_rgb
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import N_, Sentences, _, ngettext
from core.images import ImageError, Limits, read_image
from core.prediction.digit_detection import DetectedItem, DetectedSheet, boxed, detect_digits
from core.prediction.predict import DatasetImage, Drawing, ModelInput
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.draw.canvas import canvas
from pages.draw.model_choice import LoadedModel
from pages.server.services import settings
from pages.server.turns import costly
from pages.server.visitor import image_data

CANVAS: Final = "canvas"
FILE: Final = "file"
CAMERA: Final = "camera"
TEST: Final = "test"
SOURCES: Final = Sentences(
    {CANVAS: N_("Draw"), FILE: N_("Photo or scan"), CAMERA: N_("Camera"), TEST: N_("Test image")}
)
KINDS: Final = ["png", "jpg", "jpeg", "webp", "heic", "heif", "bmp", "gif", "tif", "tiff"]
SHOWN: Final = 24  # digits of one sheet that are answered on the page


def chosen_source(spec: DatasetSpec) -> str:
    """Draw the choice of sources; a garment is not drawn but photographed or taken from the test set.

    What can be drawn and what cannot each keep the choice made for them: after a garment's test image, a model of
    digits shows its canvas.
    """
    options = [CANVAS, FILE, CAMERA, TEST] if spec.takes_ink else [TEST, FILE, CAMERA]
    return st.segmented_control(
        _("Where the image comes from"),
        options,
        format_func=SOURCES.__getitem__,
        default=options[0],
        required=True,
        key=f"draw_source_{len(options)}",
        persist_state="session",
        label_visibility="collapsed",
    )


def subject_from(source: str, model: LoadedModel) -> ModelInput | None:
    """Draw the source; return what is asked about, None while there is nothing."""
    if source == CANVAS:
        return Drawing(canvas())
    if source == TEST:
        return _test_image(model)
    if source == CAMERA:
        if not _may_have_camera():
            st.info(
                _(
                    "Browsers give the camera only to pages that come by https. Take a photo and choose it under "
                    "“Photo or scan”, or ask whoever runs Inkling for an https address."
                )
            )
            return None
        return _pictured(
            st.camera_input(_("Hold it up to the camera"), key="draw_camera"),
            model,
        )
    file = st.file_uploader(
        _("Choose a picture"),
        type=KINDS,
        key="draw_file",
        max_upload_size=max(1, int(settings().upload_mb)),
        help=_("A photo or a scan, dark on light or light on dark. There may be several on one sheet."),
    )
    return _pictured(file, model)


def _may_have_camera() -> bool:
    """Return whether the page's address is one whose pages a browser lets have the camera at all."""
    address = urlsplit(st.context.url or "")
    host = address.hostname or ""
    is_here = host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")
    return address.scheme != "http" or is_here


def _pictured(file: Any, model: LoadedModel) -> ModelInput | None:
    if model.spec.name == "fashion_mnist":
        st.caption(
            markdown_(
                "The images of {dataset} were taken in a studio and cut out on black. A phone's photo looks very "
                "different: take it from above, on a plain background, and expect mistakes.",
                dataset=model.spec.title,
            )
        )
    if file is None:
        return None
    try:
        sheet = _sheet(file.getvalue(), model.spec)
    except ImageError as error:
        st.error(markdown_text(f"{error}"))
        return None
    return _chosen(sheet, model).subject


@costly(st.cache_data(show_spinner=False, max_entries=12))
def _sheet(content: bytes, spec: DatasetSpec) -> DetectedSheet:
    """Return what is on an uploaded picture.  Raises: ImageError."""
    limits = Limits(int(settings().upload_mb * 1e6), int(settings().picture_mb * 1e6))
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
        alt = _("The picture, with the ink that was detected.")
        pixel_panels("found", [Panel(picture, _("Detected ink"))], alt=alt, px=px)
        return sheet.found[0]
    names = model.spec.class_names
    answers = [model.answer(thing.subject) for thing in sheet.found[:SHOWN]]
    said = [names[answer.best] + "?" * (answer.kind != "sure") for answer in answers]
    read = " ".join(said)
    pixel_panels(
        "found",
        [Panel(picture, ngettext("{n} found", "{n} found", count))],
        alt=ngettext(
            "{n} found in the picture, read as {read}.",
            "{n} found in the picture, read as {read}.",
            count,
            read=read,
        ),
        px=px,
    )
    with st.container(key="sheet_answers"):
        st.markdown(
            markdown_("Read in order: **{read}**", read=read)
            if count <= SHOWN
            else nmarkdown_(
                "Read in order, the first of {total}: **{read}**",
                "Read in order, the first {n} of {total}: **{read}**",
                SHOWN,
                total=count,
                read=read,
            )
        )
        if any(answer.kind != "sure" for answer in answers):
            st.caption(_("With a question mark: not sure, or unlike what the model has learned."))
    place = st.pills(
        _("Choose one"),
        range(len(answers)),
        format_func=lambda i: markdown_("{number}: {name}", number=i + 1, name=said[i]),
        default=min(sheet.main, len(answers) - 1),
        key="sheet_choice",
        required=True,
    )
    return sheet.found[place or 0]


def _test_image(model: LoadedModel) -> ModelInput | None:
    """Show an image of the test set; return it."""
    try:
        data = image_data(model.run.dataset)
    except PrivateDataset:
        st.info(
            _("The test images are somebody else's own and not shared. Choose another source above."),
            icon=":material/lock:",
        )
        return None
    except DatasetError as error:
        st.error(markdown_text(f"{error}"))
        return None
    total = len(data.test_labels)
    if not total:
        st.info(
            markdown_(
                "{dataset} has no test images yet. Choose another source above.", dataset=model.spec.title
            )
        )
        return None
    st.session_state.setdefault("test_image", int(np.random.default_rng().integers(total)))
    index = int(st.session_state.test_image) % total
    pixels, name = data.test_images[index], model.spec.class_names[int(data.test_labels[index])]
    pixel_panels(
        "test_image_panel",
        [Panel(pixels, name, _("test image {number}", number=index))],
        alt=_("Test image {number}: {name}.", number=index, name=name),
        px=252,
    )

    def another() -> None:
        st.session_state.test_image = int(np.random.default_rng().integers(total))

    st.button(_("Another one"), icon=":material/casino:", shortcut="N", on_click=another)
    st.caption(_("The name below the image is the correct answer. The model was not trained on this image."))
    return DatasetImage(pixels)
