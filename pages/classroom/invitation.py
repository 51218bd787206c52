"""How a class is joined, for the projector: its code, its link and their QR code, at an address that devices reach."""

from urllib.parse import quote

import segno
import streamlit as st

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.i18n.literal_text import html_text
from core.i18n.translation import _
from pages.classroom.join_routes import JOIN, ROOM_CHECK
from pages.classroom.sheet_route import SHEET
from pages.components.selectbox import selectbox
from pages.server.base_path import prefix_of
from pages.server.errors import trouble_told
from pages.server.share_link import reachable_places
from pages.server.visitor import store

OTHER = "other"


def invitation(classroom: Classroom) -> None:
    """Draw the code and the link that bring people into the class."""
    if classroom.is_over:
        return
    place = _place(classroom)
    if place:
        st.html(_poster(classroom, f"{place}/{JOIN}/{classroom.code}"))
    else:
        st.warning(
            _(
                "This computer is in no network that other devices reach. Connect it to the Wi-Fi of the room, or open "
                "a hotspot, then load this page again."
            ),
            icon=":material/wifi_off:",
        )
    _address_choice(classroom, place)


def _place(classroom: Classroom) -> str:
    """Return the app's address for the class's devices, "" where none is known."""
    return classroom.address or next(iter(reachable_places()), "")


def _poster(classroom: Classroom, address: str) -> str:
    """Return the code in large letters, the link, and its QR code: dark on white in every theme, for any camera."""
    code = segno.make(address, error="m", micro=False)
    picture = code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
    steps = html_text(_("Scan, or open"))
    enter = html_text(_("and enter the code"))
    alt = html_text(_("QR code of {address}", address=address))
    typed = html_text(address.rpartition("/")[0].partition("://")[2])  # a browser adds the rest
    return (
        f'<div class="ink-poster"><img class="ink-poster-qr" alt="{alt}" src="{picture}">'
        f"<div><p>{steps}</p><p class='ink-poster-link'>{typed}</p><p>{enter}</p>"
        f'<p class="ink-poster-code">{classroom.code}</p></div></div>'
    )  # not said: HTML


def _address_choice(classroom: Classroom, place: str) -> None:
    """Draw the choice of the address: this computer may have several, and only one may be right."""
    names = {address: address for address in dict.fromkeys([*filter(None, [place]), *reachable_places()])}
    names[OTHER] = _("Another address …")
    key = f"address_{classroom.id}"
    is_other = st.session_state.get(f"{key}_other", not place)
    with st.container(horizontal=True, vertical_alignment="bottom", key="class_address"):
        selectbox(
            _("Address for the class's devices"),
            names,
            OTHER if is_other else place,
            lambda chosen: _choose(classroom.id, key, chosen),
            key=key,
            help=_(
                "If nobody arrives, try another: a computer has one for each network that it is in. Where none works, "
                "the Wi-Fi may keep devices apart, or the firewall of this computer may be closed."
            ),
            width=460,
        )
        if is_other:
            st.text_input(
                _("The other address"),
                key=f"{key}_typed",
                placeholder="http://192.168.1.20:8501",  # not said: an address
                on_change=_type,
                args=(classroom.id, key),
                width=360,
            )
    if place:
        sheet = (
            f"{prefix_of(st.get_option('server.baseUrlPath') or '')}/{SHEET}/{classroom.id}?at={quote(place)}"
        )
        told, check = html_text(_("Sheet to print")), html_text(_("Check a device"))
        st.html(
            f'<a class="ink-sheet" href="{sheet}" target="_blank">{told}</a>'
            f'<a class="ink-sheet" href="{html_text(place)}/{ROOM_CHECK}" target="_blank">{check}</a>'
        )  # not said: HTML


def _choose(classroom_id: str, key: str, chosen: str) -> None:
    st.session_state[f"{key}_other"] = chosen == OTHER
    if chosen != OTHER:
        _keep(classroom_id, chosen)


def _type(classroom_id: str, key: str) -> None:
    if typed := st.session_state[f"{key}_typed"].strip().rstrip("/"):
        if "/" not in typed.rpartition("://")[2]:  # the host alone
            typed += prefix_of(st.get_option("server.baseUrlPath") or "")
        st.session_state[f"{key}_other"] = not _keep(classroom_id, typed)


def _keep(classroom_id: str, address: str) -> bool:
    with trouble_told():
        Classrooms(store()).change(classroom_id, address=address)
        return True
    return False
