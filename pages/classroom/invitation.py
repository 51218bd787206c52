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
        st.html(_code_alone(classroom))
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


def _code_alone(classroom: Classroom) -> str:
    """Return the code in large letters, as long as no address is known that leads other devices here."""
    told = html_text(_("Code of the class"))
    return (
        f'<div class="ink-poster"><div><p>{told}</p>'
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
    here, links = prefix_of(st.get_option("server.baseUrlPath") or ""), {}
    if place:
        links[_("Sheet to print")] = f"{here}/{SHEET}/{classroom.id}?at={quote(place)}"
    links[_("Check a device")] = f"{html_text(place or here)}/{ROOM_CHECK}"
    st.html(
        "".join(
            f'<a class="ink-sheet" href="{address}" target="_blank">{html_text(told)}</a>'
            for told, address in links.items()
        )
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
