"""Sentences in their reader's language: a catalogue is a file, made here by Babel as a translator's would be."""

import json
import pickle

import pytest

from core.i18n.catalogue import languages
from core.i18n.reader import Reader, read_by
from core.i18n.translation import N_, Sentences, _, ngettext, pgettext
from tests.catalogues import write_catalogue


@pytest.fixture
def german(tmp_path, monkeypatch):
    sentences = {
        "{share:percent} of {n} images": "{share:percent} von {n} Bildern",
        ("{n} image of {who}", "{n} images of {who}"): ("{n} Bild von {who}", "{n} Bilder von {who}"),
        "Step": "Schritt",
        "over {share}": "über {share}",
    }
    write_catalogue(tmp_path, "de", sentences, {("a schedule", "Step"): "Stufe"})
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    return Reader("de")


def test_english_is_the_source():
    assert _("{share:percent} of {n} images", share=0.921, n=60_000) == "92.1% of 60,000 images"
    assert ngettext("{n} image", "{n} images", 1) == "1 image"
    assert ngettext("{n} image", "{n} images", 1200) == "1,200 images"
    assert pgettext("a schedule", "Step") == "Step"


def test_a_language_is_a_file(german):
    assert languages() == ("en", "de")
    with read_by(german):
        assert (
            _("{share:percent} of {n} images", share=0.9999, n=60_000) == "über 99,9\xa0% von 60.000 Bildern"
        )
        assert ngettext("{n} image of {who}", "{n} images of {who}", 2, who="Ada") == "2 Bilder von Ada"
        assert (pgettext("a schedule", "Step"), _("Step")) == ("Stufe", "Schritt")
        assert _("not in the catalogue") == "not in the catalogue"


def test_tables_are_said_when_they_are_looked_up(german):
    labels = Sentences({"step": N_("Step")})
    assert (labels["step"], dict(labels)) == ("Step", {"step": "Step"})
    with read_by(german):
        assert (labels["step"], [*labels.values()]) == ("Schritt", ["Schritt"])


def test_values_are_shown_by_kind_and_text_as_it_is():
    said = _(
        "{a} {b:signed.3} {c:loss} {d:text} {e} {f:list} {g}",
        a=1.5,
        b=-0.5,
        c=0.28,
        d=2026,
        e=True,
        f=["x", "y"],
        g="{n} %s",
    )
    assert said == "1.5 −0.500 0.280 2026 True x and y {n} %s"


def test_a_sentence_is_a_text_that_keeps_its_values(german):
    sentence = _("{share:percent} of {n} images", share=0.5, n=3)
    kept = pickle.loads(pickle.dumps(sentence))
    assert (kept, kept.templates, kept.values) == (sentence, sentence.templates, {"share": 0.5, "n": 3})
    assert json.loads(json.dumps(sentence)) == "50.0% of 3 images"
    with read_by(german):
        assert _(kept.templates[0], **kept.values) == "50,0\xa0% von 3 Bildern"


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError, match="who"):
        _("{n} images of {who}", n=3)
