"""What the documents lead to is there, as GitHub shows them: files, headings and pictures, none of them heavy."""

import re
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
LARGEST_BYTES = 120_000


@lru_cache
def anchors(document: Path) -> set[str]:
    """Return what a link can name behind its #."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def leads_nowhere(document: Path, link: str) -> bool:
    path, _hash, anchor = link.partition("#")
    target = document.parent / path if path else document
    return not target.exists() or bool(anchor and anchor not in anchors(target))


def test_every_link_within_the_documents_leads_somewhere() -> None:
    links = [
        (document, link)
        for document in DOCUMENTS
        for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
        if not re.match(r"https?:|mailto:", link)
    ]
    assert len(links) > 50
    assert not [(document.name, link) for document, link in links if leads_nowhere(document, link)]


def test_no_picture_of_a_document_is_heavy() -> None:
    pictures = [*(ROOT / "docs" / "images").iterdir()]
    assert pictures
    assert not [path.name for path in pictures if path.stat().st_size > LARGEST_BYTES]
