"""What Python sends to the live components, seen by Streamlit's own test harness."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.figures.binary_message import decode_arrays, unpack
from pages.components.assets import STATIC, loader, version
from pages.components.theme import chip


def page() -> None:
    import numpy as np
    import streamlit as st

    from core.figures.run_curves import Curves
    from core.protocol.events import Started, Steps
    from pages.components.live_chart import live_chart
    from pages.components.theme import apply_style, current_theme
    from pages.components.weight_tiles import weight_tiles

    apply_style()
    st.text(current_theme())
    curves = st.session_state.setdefault("curves", Curves("run-1"))
    if st.button("step"):
        losses = np.linspace(2.3, 1.9, 5, dtype=np.float32)
        curves.add(
            [
                Started(0, 5, 5, 10, "test", 10, 7850, "closed-form", 1),
                Steps(1, losses, losses / 4, 0.1, 1, 1),
            ]
        )
    live_chart("loss", curves.loss_chart(), height=200)
    weights = np.full((12, 784), 0.1, np.float32)
    weight_tiles("weights", weights, (1, 28, 28), [f"unit {i}" for i in range(12)], classes=False)


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(page, default_timeout=300).run()


def sent(app: AppTest, name: str) -> tuple[dict[str, Any], bytes]:
    """Return (header, payload) that component `name` was given."""
    (component,) = [c for c in app.get("bidi_component") if c.proto.component_name == name]
    return unpack(component.proto.bytes)


def test_a_page_with_no_step_yet_shows_an_empty_chart_that_says_so(app: AppTest) -> None:
    assert not app.exception
    header, payload = sent(app, "inkling_chart")
    assert header["whole"]
    assert header["empty"] == "The curve starts with the first step."
    assert payload == b""


def test_a_run_of_the_whole_page_sends_everything(app: AppTest) -> None:
    app.button[0].click().run()
    app.run()  # another widget, a reconnect: the component may have been mounted anew
    header, payload = sent(app, "inkling_chart")
    assert header["whole"]
    keys = [series["key"] for series in header["series"]]
    arrays = decode_arrays(header["a"], payload)
    at = 2 * keys.index("batch")
    assert arrays[at].tolist() == [1, 2, 3, 4, 5]
    assert arrays[at + 1] == pytest.approx(np.linspace(2.3, 1.9, 5), abs=1e-4)


def test_units_that_are_no_classes_carry_no_class_colour(app: AppTest) -> None:
    header, _ = sent(app, "inkling_tiles")
    assert header["colours"] == []
    assert header["labels"][11] == "unit 11"


def test_the_name_of_the_tiles_reserves_their_height(app: AppTest) -> None:
    style = (STATIC / "theme.css").read_text()
    for rows in range(1, 9):
        assert f"tiles-r{rows}-" in style
    for columns in (1, 2, 3, 4, 5, 8):
        assert f"-c{columns}-" in style
    assert any(block.proto.id.endswith("-tiles-r3-c5-weights") for block in app.get("flex_container"))


def test_the_loader_is_short_and_names_a_file_that_is_there() -> None:
    for script in ("chart.js", "tiles.js", "parts.js", "live.js"):
        assert (STATIC / script).exists()
        code = loader(script)
        assert f"app/static/{script}?v={version()}" in code
        assert len(code) < 250, "it travels with every drawing"
        assert "\n" in code, "Streamlit takes one line with a slash for a path"


def test_a_chip_is_text_and_never_markup() -> None:
    assert "<script>" not in chip("<script>alert(1)</script>", "bad")
    with pytest.raises(ValueError, match="'loud'"):
        chip("x", "loud")
