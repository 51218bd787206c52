"""What Streamlit's page lacks for those who use its keyboard or listen to it."""

from typing import Final

import streamlit as st

from core.i18n.literal_text import html_text
from core.i18n.script_words import script_words
from core.i18n.translation import _
from pages.components.unseen import unseen

_aids: Final = unseen("aids")


def page_aids(*, skip_to: str = "") -> None:
    """Have the page speak the reader's language to those who listen, say status and result, and keep its focus.

    skip_to: the key of the button that the first link of the page leads to, "" = no such link.
    """
    skip = f"st-key-{skip_to}" if skip_to else ""
    _aids("page_aids", {"skipTo": skip, "words": _words()})


def _words() -> dict[str, str]:
    return script_words(
        skip=_("Skip to Train"),
        menu=_("Menu"),
        menu_label=_("Menu: pages and settings"),
        settings=_("Show the settings"),
        table=_("Table"),
    )


def hidden_heading(title: str) -> None:
    """Name a page that shows no heading, for those who listen."""
    st.html(f'<h1 class="ink-hidden">{html_text(title)}</h1>')  # not said: HTML
