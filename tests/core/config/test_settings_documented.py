"""docs/settings.md lists every variable with its default, what it is and what is allowed, and no other."""

import re
from dataclasses import fields
from pathlib import Path

from core.config.app_settings import Settings
from core.config.environment import PREFIX

PAGE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


def test_the_page_lists_every_setting_as_it_is_and_no_other():
    line = re.compile(r"^\| `(INKLING_\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
    rows = line.findall(PAGE.read_text(encoding="utf-8"))
    expected = []
    for entry in fields(Settings):
        default = f"{entry.default:g}" if isinstance(entry.default, float) else str(entry.default)
        rule = entry.metadata["rule"]
        allowed = "a text" if rule is str else " or ".join(rule) if isinstance(rule, tuple) else str(rule)
        expected.append((PREFIX + entry.name.upper(), default or "empty", entry.metadata["what"], allowed))
    assert rows == expected
