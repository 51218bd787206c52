"""Stored sentences: said in the language of whoever reads them, and never trusted when they come from elsewhere."""

import json

import numpy as np
import pytest

from core.errors import InklingError
from core.i18n.kept_sentences import (
    code_of,
    for_scripts,
    from_kept,
    kept,
    problem_of,
    said_again,
    unsaid,
    with_code,
)
from core.i18n.reader import Reader, read_by
from core.i18n.translation import N_, Sentence, _, ngettext, pgettext
from tests.catalogues import write_catalogue

GERMAN = Reader("de")


@pytest.fixture(autouse=True)
def _german(tmp_path, monkeypatch):
    sentences = {
        "It ended at step {step} ({rate:plain}).": "Ende bei Schritt {step} ({rate:plain}).",
        ("{n} image", "{n} images"): ("{n} Bild", "{n} Bilder"),
        "The disk is full.": "Die Platte ist voll.",
        "It cannot be kept: {reason}": "Nicht aufzuheben: {reason}",
    }
    write_catalogue(tmp_path, "de", sentences, {("a schedule", "Step"): "Stufe"})
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))


def test_what_is_kept_is_a_code_templates_and_values():
    said = with_code(_("It ended at step {step} ({rate:plain}).", step=1200, rate=5e-6), "diverged")
    assert json.loads(kept(said)) == {
        "code": "diverged",
        "id": ["It ended at step {step} ({rate:plain})."],
        "values": {"step": 1200, "rate": 5e-6},
    }
    assert json.loads(kept(_("Step"), "of_its_place"))["code"] == "of_its_place"


def test_each_reader_reads_it_in_the_own_language_whoever_wrote_it():
    with read_by(GERMAN):
        text = kept(_("It ended at step {step} ({rate:plain}).", step=1200, rate=0.5))
    assert from_kept(text) == "It ended at step 1,200 (0.5)."
    with read_by(GERMAN):
        assert from_kept(text) == "Ende bei Schritt 1.200 (0,5)."
    assert said_again(from_kept(text)) == "It ended at step 1,200 (0.5)."


@pytest.mark.parametrize("n", [1, 2])
def test_plurals_and_contexts_are_kept(n):
    with read_by(GERMAN):
        for sentence in (ngettext("{n} image", "{n} images", n), pgettext("a schedule", "Step")):
            assert from_kept(kept(sentence)) == sentence == said_again(sentence)
            assert from_kept(kept(sentence)) in ("1 Bild", "2 Bilder", "Stufe")


def test_a_sentence_within_a_sentence_is_said_in_the_same_language():
    text = kept(_("It cannot be kept: {reason}", reason=_("The disk is full.")))
    in_list = kept(_("{all:list}", all=[_("The disk is full."), "x"]))
    with read_by(GERMAN):
        assert from_kept(text) == "Nicht aufzuheben: Die Platte ist voll."
        assert from_kept(in_list) == "Die Platte ist voll. und x"


def test_values_are_json_types_whatever_they_were(tmp_path):
    values = {
        "a": np.float32(0.5),
        "b": np.int64(3),
        "c": True,
        "d": tmp_path,
        "e": ValueError("no"),
        "f": (1, "x"),
    }
    text = kept(_("{a} {b} {c} {d} {e} {f}", **values))
    assert json.loads(text)["values"] == {
        **values,
        "a": 0.5,
        "b": 3,
        "d": str(tmp_path),
        "e": "no",
        "f": [1, "x"],
    }
    odd = kept(_("{a:loss} {b:loss} {c:loss}", a=float("nan"), b=float("-inf"), c=None))
    assert "NaN" not in odd, "any reader of JSON reads it"
    assert from_kept(odd) == "not a number −∞ –"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The process that trained this run is gone.",
        "{n} things",
        '{"loss": 0.3} was printed',
        '{"loss": 0.3}',
        '{"code": "x", "id": ["a"]}',
        '{"code": "x", "id": ["a"], "values": {}, "more": 1}',
        '{"' + "[" * 10_000,
    ],
)
def test_text_of_another_form_is_shown_as_it_is(text):
    assert from_kept(text) == text
    assert (code_of(text), problem_of(text), kept(text)) == ("", "", text)


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{x.__class__}", {"x": 1}),
        ("{x[0]}", {"x": [1]}),
        ("{0}", {"0": 1}),
        ("{}", {"": 1}),
        ("{x}", {}),
        ("{x!a}", {"x": "a"}),
        ("{x:money}", {"x": 1}),
        ("{x:{y}}", {"x": 1, "y": "text"}),
        ("{x:number.999999999}", {"x": 1}),
        ("{x:_KINDS}", {"x": 1}),
        ("{x", {"x": 1}),
        ("{x:percent}", {"x": "a"}),
        ("{x:percent}", {"x": [1]}),
        ("{x:list}", {"x": 3}),
        ("{x}", {"x": 10**400}),
        ("{x}", {"x": {"y": 1}}),
        ("{x}", {"x": {"code": "", "id": ["{y}"], "values": {}}}),
    ],
)
def test_a_template_that_asks_for_more_than_its_values_is_shown_raw(template, values):
    text = json.dumps({"code": "strange", "id": [template], "values": values})
    assert from_kept(text) == template
    assert code_of(text) == "strange"
    assert problem_of(text)


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ({"id": []}, None),
        ({"id": [""]}, None),
        ({"id": 3}, None),
        ({"id": ["a", "b", "c"]}, "a"),
        ({"id": ["{n} a", "{n} b"]}, "{n} a"),
        ({"id": ["{n} a", "{n} b"], "values": {"n": 2.5}}, "{n} a"),
        ({"id": ["a"], "values": []}, "a"),
        ({"id": ["a"], "code": "Not a code"}, "a"),
        ({"id": ["a"], "code": 3}, "a"),
        ({"id": ["a"], "context": 3}, "a"),
    ],
)
def test_a_form_with_parts_of_a_strange_type_breaks_nothing(form, shown):
    text = json.dumps({"code": "", "values": {}} | form)
    assert from_kept(text) == (text if shown is None else shown)
    assert problem_of(text)


def test_sentences_nested_without_end_are_refused():
    form: dict = {"code": "", "id": ["x"], "values": {}}
    for _level in range(50):
        form = {"code": "", "id": ["{x}"], "values": {"x": form}}
    assert from_kept(json.dumps(form)) == "{x}"


def test_a_template_that_no_catalogue_has_is_filled_in_english():
    text = json.dumps({"code": "of_tomorrow", "id": ["Moved to {place}."], "values": {"place": "{x} <b>"}})
    with read_by(GERMAN):
        assert from_kept(text) == "Moved to {x} <b>."


def test_plain_text_gets_a_code_as_its_own_only_value():
    coded = with_code("{No} sentence", "os_error")
    assert (from_kept(kept(coded)), code_of(kept(coded))) == ("{No} sentence", "os_error")


def test_a_constant_is_written_without_being_said():
    text = unsaid("disk_full", N_("The disk is full."))
    with read_by(GERMAN):
        assert from_kept(text) == "Die Platte ist voll."
    assert isinstance(from_kept(text), Sentence)


def test_scripts_get_code_values_and_english():
    with read_by(GERMAN):
        told = for_scripts(_("It ended at step {step} ({rate:plain}).", step=1200, rate=0.5), "diverged")
    assert told == {
        "code": "diverged",
        "values": {"step": 1200, "rate": 0.5},
        "text": "It ended at step 1,200 (0.5).",
    }


def test_an_errors_code_is_its_class_or_what_it_states():
    class DiskGoneError(InklingError):
        pass

    class StatedError(DiskGoneError):
        code = "disk_gone_for_good"

    assert (DiskGoneError("a", "b").code, StatedError("a", "b").code) == (
        "disk_gone_error",
        "disk_gone_for_good",
    )


def test_a_sentence_that_would_fill_the_memory_is_refused_at_once():
    form = {"code": "", "id": ["x" * 500], "values": {}}
    for _depth in range(3):
        form = {"code": "", "id": ["{a}" * 300], "values": {"a": form}}
    bomb = json.dumps(form)  # 500 * 300 * 300 * 300 letters
    assert "too long" in problem_of(bomb)
    assert len(from_kept(bomb)) == 900
    assert from_kept('{"code": "", "id": ["' + "y" * 30_000 + '"], "values": {}}').startswith('{"code"')
