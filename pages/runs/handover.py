"""A one-time link by which another browser becomes this visitor's, too."""

import time

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.runs import StoreError
from core.runs.handover import PLACE, VALID_S
from pages.components.image_panels import picture
from pages.server.share_link import address_of, qr_code, say_reach
from pages.server.visitor import new_handover, visitor


def handover_section() -> None:
    """Draw the button that makes a link, and the link that was made last while it can be used."""
    st.caption(
        _(
            "Open a one-time link there, or scan its code with a phone: that browser is then you, too. Give it to "
            "nobody else: whoever opens it has your things."
        )
    )
    if st.button(_("Make a link"), icon=":material/devices:", key="make_handover"):
        try:
            word = new_handover()
        except StoreError as error:
            st.error(markdown_text(str(error)), icon=":material/database_off:")
            return
        st.session_state.handover = (word, time.monotonic() + VALID_S)
    word, until = st.session_state.get("handover", ("", 0.0))
    if time.monotonic() < until:
        address = address_of(f"{PLACE}/{word}", {})
        st.caption(markdown_("The link, good for one browser and for {time:duration}:", time=VALID_S))
        st.code(address, language=None, wrap_lines=True)
        say_reach(address)
        picture(qr_code(address), alt=_("QR code of the one-time link"))
    st.caption(
        markdown_(
            "Whoever runs this Inkling can give you a dataset by your id here: {visitor}. It lets nobody else in.",
            visitor=visitor(),
        )
    )
