"""Make pages/static/inkling-serif.*.woff2, the headings' font: `python -m deploy.heading_font`.

It is the Source Serif that Streamlit serves, cut down to the one weight that headings have and to Latin letters: 23 KB
where the whole is 429. Other letters come from the whole one, which a browser asks for only when it meets one.
"""

import hashlib
from pathlib import Path
from typing import Final

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

STATIC: Final = Path(__file__).resolve().parents[1] / "pages" / "static"
SHAPE: Final = {"wght": 600, "opsz": 28}  # weight of headings, and the size that they are cut for
LETTERS: Final = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *range(0x2010, 0x2034),
    *(0x1E9E, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2190, 0x2192, 0x2212, 0x2248, 0x2264, 0x2265),
)
NAMES: Final = {1: "Inkling Serif", 2: "SemiBold", 4: "Inkling Serif SemiBold", 6: "InklingSerif-SemiBold"}


def made() -> bytes:
    """Return the font as WOFF2. Its licence reserves the name Source for what has all letters."""
    media = Path(streamlit.__file__).parent / "static" / "static" / "media"
    font = TTFont(next(media.glob("SourceSerifVariable-Roman*")), recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, SHAPE)
    options = subset.Options(layout_features=["kern", "liga", "ccmp", "locl", "mark", "mkmk"], hinting=False)
    options.name_IDs = [0, *NAMES, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    for record in font["name"].names:
        record.string = NAMES.get(record.nameID, str(record))
    font.flavor = "woff2"
    whole = STATIC / "inkling-serif.woff2"
    font.save(whole)
    content = whole.read_bytes()
    whole.unlink()
    return content


def name_of(content: bytes) -> str:
    """Return the name of the font's file, which changes with its content: browsers keep it for ever."""
    return f"inkling-serif.{hashlib.sha256(content).hexdigest()[:8]}.woff2"


if __name__ == "__main__":
    content = made()
    (STATIC / name_of(content)).write_bytes(content)
    print(name_of(content), len(content))
