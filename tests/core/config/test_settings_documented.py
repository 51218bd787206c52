"""docs/settings.md lists every variable with its default, and none that does not exist."""

import re
from dataclasses import fields
from pathlib import Path

from core.config.app_settings import PREFIX, Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


def test_the_page_lists_every_setting_with_its_default_and_no_other():
    rows = re.findall(r"^\| `(INKLING_\w+)` \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    expected = []
    for entry in fields(Settings):
        default = f"{entry.default:g}" if isinstance(entry.default, float) else str(entry.default)
        expected.append((PREFIX + entry.name.upper(), default or "empty"))
    assert rows == expected
