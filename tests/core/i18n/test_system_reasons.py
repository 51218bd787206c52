"""What the operating system refuses is said in the reader's language; joined sentences keep their parts."""

import errno
import os
from pathlib import Path

import pytest

from core.datasets.errors import from_os_error
from core.i18n.kept_sentences import from_kept, kept
from core.i18n.reader import read_by
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _, together
from tests.catalogues import german

WORDS = {
    "the disk may only be read": "die Platte ist schreibgeschützt",
    "The operating system reports: {reason}.": "Das System sagt: {reason}.",
    "It was made again.": "Neu gemacht.",
}


@pytest.mark.parametrize("code", [errno.ENOENT, errno.EACCES, errno.EROFS, errno.EISDIR, errno.ENOSPC])
def test_what_is_known_has_words_of_ours(code: int) -> None:
    said = reason_of(OSError(code, os.strerror(code), "a file"))
    assert os.strerror(code) != said
    assert "a file" not in said


def test_what_is_not_known_is_told_as_it_is() -> None:
    assert reason_of(OSError(errno.EPIPE, "Broken pipe")) == "Broken pipe"
    assert reason_of(OSError("its own words")) == "its own words"
    assert reason_of(ValueError("no number")) == "no number"
    assert reason_of(EOFError()) == "EOFError"
    assert reason_of(OSError(errno.ENOLCK, _("in words of its own"))) == "in words of its own"


def test_joined_sentences_are_said_again_in_another_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = from_os_error(OSError(errno.EIO, "Input/output error"), _("It was made again."))
    stored = kept(together(together(error.message, _("It was made again."))))
    with read_by(german(WORDS, tmp_path, monkeypatch)):
        assert from_kept(stored) == (
            "Neu gemacht. Das System sagt: the disk does not answer as it should. Neu gemacht."
        )
