"""Sentences in their reader's language: a catalogue is a file, made here by Babel as a translator's would be."""

import json
import pickle

import pytest

from core.i18n.catalogue import languages
from core.i18n.number_format import duration
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


def test_a_translation_that_asks_for_what_its_sentence_has_not_stays_in_english(
    tmp_path, monkeypatch, caplog
):
    wrong = {
        "{share:percent} right": "{anteil:percent} richtig",
        "{n} steps": "{n",
        "{name} is here": "{name.__class__} ist da",
        "{name} is there": "{name!r} ist dort",
        "under {seconds} s": "unter {sekunden} s",
        ("{n} image of {who}", "{n} images of {who}"): ("{n} Bild von {wem}", "{n} Bilder von {who}"),
        ("{n} run", "{n} of {most} runs"): ("{n} Lauf", "{n} von {most} Läufen"),
        "Step": "Schritt {n}",
    }
    write_catalogue(tmp_path, "de", wrong)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    with read_by(Reader("de")):
        assert _("{share:percent} right", share=0.5) == "50,0\xa0% right"
        assert _("{n} steps", n=3) == "3 steps"
        assert (_("{name} is here", name="Ada"), _("{name} is there", name="Ada")) == (
            "Ada is here",
            "Ada is there",
        )
        assert duration(0.01) == "under 0,1 s"
        assert ngettext("{n} image of {who}", "{n} images of {who}", 1, who="Ada") == "1 image of Ada"
        assert ngettext("{n} image of {who}", "{n} images of {who}", 2, who="Ada") == "2 Bilder von Ada"
        assert ngettext("{n} run", "{n} of {most} runs", 2, most=5) == "2 von 5 Läufen"
    assert caplog.text.count("does not fit its sentence") == 6


@pytest.mark.parametrize(
    "content", [b"", b"\xde\x12\x04\x95cut off", b"text", "unterschied".encode("utf-16")]
)
def test_a_file_that_cannot_be_read_leaves_english(tmp_path, monkeypatch, caplog, content):
    for code in ("de", "en"):
        file = tmp_path / code / "LC_MESSAGES" / "inkling.mo"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    for code in ("en", "de"):
        with read_by(Reader(code)):
            assert _("{share:percent} right", share=0.5).endswith("right")
    assert "the language 'de' cannot be read" in caplog.text
    assert "'en'" not in caplog.text, "English is no file"


def test_a_folder_that_is_no_language_is_none_and_reads_english(tmp_path, monkeypatch):
    for code in ("xx", "de_FOO", "klingon", "de"):
        write_catalogue(tmp_path, code, {"Step": "Schritt"}) if code == "de" else None
        (tmp_path / code / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
        (tmp_path / code / "LC_MESSAGES" / "inkling.mo").touch()
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    assert languages() == ("en", "de")
    with read_by(Reader("xx")):
        assert _("{share:percent} right", share=0.5) == "50.0% right"
