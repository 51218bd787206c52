"""The scripts of the pages have neither words nor a way to write numbers of their own: both are the reader's."""

import re
import string

import numpy as np
import pytest

from core.demo.screen import DemoScreen
from core.figures.binary_message import unpack
from core.figures.image_panels import Panel, panels_message
from core.figures.run_curves import Curves
from core.figures.weight_images import WeightImages
from core.i18n.script_words import script_words
from core.live.board_feed import Board
from core.live.board_stream import BoardStream
from core.live.messages import ChartStream, TileStream
from pages.classroom import room_check
from pages.components import page_aids
from pages.components.assets import STATIC
from pages.data import embedding_map
from pages.demo import demo_page
from pages.evaluate import confusion_matrix

SCRIPTS = {path.name: path for path in sorted(STATIC.glob("*.js")) if ".min." not in path.name}
SAYING = re.compile(r'\bsay\((?:\w+ \? "(\w+)" : )?"(\w+)"')
SHOWN = re.compile(
    r"""(?:(?<!style\.)\b(?:textContent|title|ariaLabel|placeholder)\b|"aria-label")\s*[:=,]\s*("[^"]*"|`[^`]*`)"""
)
OWN_NUMBERS = re.compile(r"toFixed|toLocaleString|toPrecision|:\.\d+f")
MARKED = ("parts.js",)  # whose HTML is the template of an HtmlPatch
KINDS = ("", "number", "percent", "signed", "plain", "loss", "text")


def handed() -> dict[str, dict[str, str]]:
    """Return the words that Python hands to each script."""
    image = np.zeros((1, 4, 4), np.uint8)
    messages = {
        "chart.js": ChartStream().message(Curves("run").loss_chart()),
        "tiles.js": TileStream().message(WeightImages(np.zeros((1, 784)), (1, 28, 28), ["0"])),
        "pixels.js": panels_message([Panel(image)]),
        "map.js": embedding_map._message({}, b"", "a map"),
    }
    words = {script: unpack(message)[0]["words"] for script, message in messages.items()}
    board = unpack(BoardStream().message(Board()))[0]
    words["board.js"] = {  # statuses it is handed by the name that a tile has
        name: text for name, text in board["words"].items() if name not in board["tones"]
    }
    words |= {"matrix.js": confusion_matrix._words(), "aids.js": page_aids._words()}
    return words | {script: _demo_words(script) for script in SCRIPTS if script.startswith("demo")}


def _demo_words(script: str) -> dict[str, str]:
    """Return what the demo screen hands to its scripts together, of it to each the part that no other says."""
    others = [
        path.read_text(encoding="utf-8")
        for name, path in SCRIPTS.items()
        if name.startswith("demo") and name != script
    ]
    said = {name for code in others for names in SAYING.findall(code) for name in names}
    words = demo_page._words(DemoScreen())
    return {name: text for name, text in words.items() if name not in said - script_words().keys()}


def _made_in_script(name: str) -> str:
    """Return the pattern of a sentence's name as a script has it: whole, or made of its beginning and a state."""
    return rf'"{name}"|"{name.rpartition("_")[0]}_" \+'


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_says_what_it_is_handed_and_nothing_else(script: str) -> None:
    code = SCRIPTS[script].read_text(encoding="utf-8")
    said = {name for names in SAYING.findall(code) for name in names if name}
    if script == "room_check.js":  # a check's name and what came of it make the name of a sentence
        unsaid = [name for name in room_check.FOUND if not re.search(_made_in_script(name), code)]
        assert (
            unsaid
            == [name for name in said if not any(key.startswith(name) for key in room_check.FOUND)]
            == []
        )
    else:
        assert said == handed().get(script, {}).keys() - script_words().keys()
    assert not [
        text for text in SHOWN.findall(code) if re.search(r"[^\W\d]{2}", re.sub(r"\$\{[^}]*\}", "", text))
    ]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_writes_numbers_and_markup_by_no_way_of_its_own(script: str) -> None:
    code = SCRIPTS[script].read_text(encoding="utf-8")
    assert not OWN_NUMBERS.findall(code)
    assert script in MARKED or "innerHTML" not in code


def test_every_kind_of_value_in_a_scripts_sentence_is_one_that_scripts_write() -> None:
    for words in handed().values():
        for sentence in words.values():
            for _text, _name, kind, _conversion in string.Formatter().parse(sentence):
                assert (kind or "").partition(".")[0] in KINDS, sentence
