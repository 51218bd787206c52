"""No browser is started but where its pages are watched: a page that nobody watches may break the policy unseen."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
STARTS = re.compile(r"\.(launch|launch_persistent_context|connect|connect_over_cdp)\(")


def test_every_browser_is_started_where_its_pages_are_watched() -> None:
    found = {
        (path.relative_to(TESTS).as_posix(), match[1])
        for path in TESTS.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "chromium" in line or "browser_type" in line
        for match in STARTS.finditer(line)
    }
    assert found == {("policy.py", "launch"), ("browser.py", "launch_persistent_context")}
