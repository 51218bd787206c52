"""In which language a page speaks, and whose clock its times are told by: the browser's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.i18n.number_format import date_time
from core.i18n.reader import Reader, read_by
from pages.server.reader import _reader_with
from tests.catalogues import write_catalogue


@pytest.fixture(autouse=True)
def a_few_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    write_catalogue(tmp_path, "de", {})
    write_catalogue(tmp_path, "pt_BR", {})
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    _reader_with.cache_clear()
    yield
    _reader_with.cache_clear()


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("pt-BR", "pt_BR"),
        ("pt-PT", "en"),
        ("en-US", "en"),
        ("", "en"),
        ("../../etc", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_the_browser_names_the_language_and_a_catalogue_must_be_there(told: str, language: str) -> None:
    assert _reader_with(told, "Asia/Tokyo") == Reader(language, "Asia/Tokyo")


def test_the_browser_names_the_zone() -> None:
    assert _reader_with("", "Asia/Tokyo") == Reader(time_zone="Asia/Tokyo")
    with read_by(_reader_with("", "Asia/Tokyo")):
        assert date_time(1_700_000_000) == "15 Nov 2023, 07:13"


@pytest.mark.parametrize(
    "told", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 5000]
)
def test_a_zone_that_is_none_is_no_zone(told: str) -> None:
    assert _reader_with("en", told) == Reader()
