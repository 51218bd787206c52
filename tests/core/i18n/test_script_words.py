"""What a script is handed: its sentences, its language, the words of numbers."""

from core.i18n.reader import Reader, read_by
from core.i18n.script_words import script_words
from core.i18n.translation import _


def test_a_sentence_goes_out_with_its_places_unfilled() -> None:
    words = script_words(cell=_("{n} of {total:number}"))
    assert words["cell"] == "{n} of {total:number}"
    assert (words["over"], words["under"], words["nan"]) == ("over {share}", "under {share}", "not a number")


def test_the_language_is_named_as_browsers_name_it() -> None:
    assert script_words()["language"] == "en-GB", "as the sentences are written"
    with read_by(Reader("pt-BR")):
        assert script_words()["language"] == "pt-BR"
