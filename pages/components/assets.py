"""Addresses of the scripts and style sheets of pages/static/, with a version that changes with the files."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parents[1] / "static"
OF_ONE_PAGE: Final = ("demo.css",)  # the demo screen's, which is none of the app's pages


@cache
def version() -> str:
    """Return eight hex digits that change whenever a file in pages/static/ does: a cached copy is never stale."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.glob("*.*")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def style_sheets() -> list[str]:
    """Return the addresses of the style sheets of all of the app's pages, relative to any page."""
    return [static_file(path.name) for path in sorted(STATIC.glob("*.css")) if path.name not in OF_ONE_PAGE]


def static_file(name: str) -> str:
    """Return the address of a file of pages/static/, relative to any page."""
    return f"./app/static/{name}?v={version()}"


def loader(script: str) -> str:
    """Return the component's inline JavaScript: it imports static/`script` and passes everything on.

    It travels with every message, so it is short; its line break tells Streamlit that it is code, not a path.
    The app's root is read from Streamlit's own script tag: right under any base path, behind any proxy.
    """
    return (
        'const s=document.querySelector(\'script[src*="static/js/"]\').src.split("static/js/")[0];'
        f'const m=import(s+"app/static/{script}?v={version()}");\n'
        "export default async c=>(await m).default(c)"
    )  # not said: JavaScript
