"""The Train page and what surrounds every page, in another language than English: no word of it stands outside."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.figures.binary_message import unpack
from core.i18n.reader import Reader, find_reader_with
from core.protocol.events import Evaluated, Paused, Started, Steps
from core.runs import Store
from pages.server import reader
from tests.pseudo import LANGUAGE, words_outside, write_pseudo_catalogue

NAMES = frozenset(
    re.findall(
        r"\w+",
        "MNIST Fashion Kuzushiji CIFAR Drawn digits SGD Adagrad Adam AdamW Adamax RMSprop CPU cpu relu tanh sigmoid "
        "gelu softmax mlp cnn mnist fashion",
    )
)


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: AppTest) -> Iterator[AppTest]:
    """Return the app for a viewer whose language has the pseudo-catalogue."""
    write_pseudo_catalogue(tmp_path / "locales")
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path / "locales"))
    monkeypatch.setattr(reader, "_viewer", lambda: Reader(LANGUAGE))
    yield app
    find_reader_with(Reader)


def texts(app: AppTest) -> list[str]:
    """Return every text of the page that a person reads, but for the components' scripts."""
    said = [
        block.value
        for block in (*app.caption, *app.markdown, *app.warning, *app.error, *app.info, *app.subheader)
    ]
    for kind in (app.button, app.selectbox, app.number_input, app.text_input, app.toggle, app.multiselect):
        for widget in kind:
            said += [widget.label, widget.help or "", *getattr(widget, "options", ())]
    said += [link.proto.label for link in app.get("page_link")]
    for component in app.get("bidi_component"):
        header = unpack(component.proto.bytes)[0]
        said += [header.get("alt", ""), header.get("title", ""), header.get("xTitle", "")]
        said += [text for name, text in header.get("set", {}).items() if "@" not in name or "aria" in name]
    return said


def drawn(markdown: str) -> str:
    """Return the letters that a browser draws for a text of Streamlit's Markdown."""
    text = re.sub(r":color\[(.*?)\]\{\}", r"\1", html.unescape(markdown))
    return re.sub(r"\\([^\w\s])", r"\1", text)


def outside(app: AppTest) -> list[str]:
    assert not app.exception, app.exception
    return [f"{word}: {text}" for text in map(drawn, texts(app)) for word in words_outside(text, NAMES)]


def test_a_first_visit_is_said_in_the_viewers_language(foreign: AppTest) -> None:
    foreign.run()
    assert outside(foreign) == []
    assert any(drawn(b.label).startswith("⟦Train") for b in foreign.button)


def test_a_paused_run_is_said_in_the_viewers_language(foreign: AppTest, store: Store) -> None:
    run_id = store.create(RunConfig(train_size=1_000, epochs=2))
    attempt = store.claim(run_id)
    steps = Steps(1, np.full(5, 0.5, np.float32), np.full(5, 0.8, np.float32), 0.1, 1.0, 500.0)
    started = Started(0, 20, 10, 1_000, "test", 10_000, 7_850, "closed-form", 1)
    store.append(run_id, attempt, [started, steps, Evaluated(5, "test", 0.6, 0.85), Paused(5)])
    foreign.query_params["run"] = run_id
    foreign.run()
    assert outside(foreign) == []
    assert any(drawn(b.label).startswith("⟦Resume") for b in foreign.button)


def test_what_a_link_asks_in_vain_is_said_in_the_viewers_language(foreign: AppTest) -> None:
    foreign.query_params["epochs"] = "7.5"
    foreign.query_params["run"] = "123"
    foreign.run()
    assert len(foreign.warning) == 2
    assert outside(foreign) == []


def test_the_pace_is_kept_by_its_key_in_every_language(foreign: AppTest, store: Store) -> None:
    foreign.run()
    foreign.selectbox(key="pace_choice_0").select("steps:5").run()
    next(b for b in foreign.button if drawn(b.label).startswith("⟦Train")).click().run()
    assert not foreign.exception
    assert foreign.session_state["pace"] == "steps:5"
    assert store.get(foreign.session_state["run"]).pace == "steps:5"
