"""The demo screen's page: a screen of its own, without a form, that pages/static/demo.js plays."""

import json
from base64 import b64encode
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from core.demo.news import curve_of, values_of, weights_of
from core.demo.screen import DemoScreen
from core.demo.show import ShowRun
from core.figures.palette import THEMES, Theme, class_colours, diverging_lut
from core.i18n.reader import reader
from core.i18n.script_words import script_words
from core.i18n.translation import N_, Sentences, _
from core.live.messages import ChartStream, HtmlPatch, PartsStream, TileStream
from core.prediction.thing_sentences import DRAW, about
from pages.components.assets import static_file
from pages.components.theme import theme_colours

SHEETS: Final = ("inkling.css", "draw.css", "demo.css")
LEARNS: Final = Sentences(
    {
        "digit": N_("This computer is learning to read digits"),
        "garment": N_("This computer is learning to tell clothes apart"),
    }
)
STREAMLITS: Final = {
    "background-color": "paper",
    "secondary-background-color": "panel",
    "text-color": "ink",
    "border-color": "hairline",
    "primary-color": "accent",
}


def demo_page(screen: DemoScreen, prefix: str) -> HTMLResponse:
    """Return the page; prefix: of the app's addresses, "" or "/inkling"."""
    data = escape(json.dumps(_data(screen, prefix)))
    links = "".join(
        f'<link rel="stylesheet" href="{static_file(name)}">' for name in SHEETS
    )  # not said: HTML
    title, told = escape(LEARNS[screen.spec.singular]), escape(_("One moment …"))
    without = escape(_("Inkling needs JavaScript. Allow it for this page, then load the page again."))
    page = (
        f'<!doctype html><html lang="{reader().language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title>{links}<style>{_colours()}</style>'
        f'<body><main class="stApp demo" data-phase="learn" data-demo="{data}">'
        f'<div class="demo-head"><h1>{title}</h1><p class="demo-told">{told}</p></div>'
        f"<noscript><p>{without}</p></noscript>"
        '<div class="demo-stage"></div><footer></footer></main>'
        f'<script type="module" src="{static_file("demo.js")}"></script>'
    )  # not said: HTML
    return HTMLResponse(page, headers={"cache-control": "no-store"})


def _data(screen: DemoScreen, prefix: str) -> dict[str, object]:
    """Return what the script needs: what it shows before the first news, what it says, and where it asks."""
    spec, run = screen.spec, ShowRun("")
    first = {
        "weights": TileStream("weights").message(weights_of(screen, run)),
        "curve": ChartStream("curve").message(curve_of(screen, run)),
        "show": PartsStream("show").message(HtmlPatch("", values_of(screen, run))),
    }
    return {
        "show": screen.name,
        "language": reader().language,
        "home": f"{prefix}/",
        "first": {name: b64encode(message).decode() for name, message in first.items()},
        "names": list(spec.class_names),
        "colours": class_colours(spec.n_classes),
        "shape": spec.image_shape[1:],
        "luts": [diverging_lut(theme).tobytes().hex() for theme in THEMES],
        "takes_ink": spec.takes_ink,
        "words": _words(screen),
    }


def _words(screen: DemoScreen) -> dict[str, str]:
    return script_words(
        learn=LEARNS[screen.spec.singular],
        draw=about(DRAW, screen.spec) if screen.spec.takes_ink else _("Touch a picture"),
        how=_("With a finger, a pen or the mouse, as large as the field.")
        if screen.spec.takes_ink
        else _("It has never seen any of these."),
        pad=_("Field to draw in. The arrow keys move, the space bar puts the pen down and lifts it."),
        picture=_("Picture {number}"),
        none=_("No answer yet."),
        seen=_("What it sees"),
        evidence=_("Red speaks for {name}, blue against it"),
        corner=_("Now into the corner"),
        moving=_(
            "What it sees moves. Each of its weights belongs to one pixel: what if the ink lies on others?"
        ),
        another=_("Draw another one") if screen.spec.takes_ink else _("Touch another one"),
        again=_("Start from noise"),
        now=_("Draw now") if screen.spec.takes_ink else _("Try it now"),
        soon=_("Starts from noise in {seconds} s"),
        hold=_("Hold for {seconds} s more to leave"),
        lost=_("The connection is lost. This screen goes on by itself as soon as it is back."),
    )


def _colours() -> str:
    """Return the colours of both themes, under our names and Streamlit's, which the live components read."""
    light, dark = (_declared(theme) for theme in THEMES)
    return f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"  # not said: CSS


def _declared(theme: Theme) -> str:
    colours = theme_colours(theme)
    named = {f"ink-{name}": colour for name, colour in colours.items()}
    named |= {f"st-{name}": colours[ours] for name, ours in STREAMLITS.items()}
    return "".join(f"--{name}:{colour};" for name, colour in named.items())  # not said: CSS
