"""What the class does together: race, fool the model, collect handwriting, swap."""

from functools import partial

import streamlit as st

from core.access.rules import Action
from core.classroom.export import ClassExport
from core.i18n.translation import _
from pages.classroom.fool_it import fool_section
from pages.classroom.handwriting import handwriting_section
from pages.classroom.race import race_section
from pages.classroom.swap import swap_section
from pages.server.turns import costly_file
from pages.server.visitor import store


def activities(classroom_id: str) -> None:
    """Draw every activity that there is or was, and for a teacher how one is begun."""
    race_section(classroom_id)
    fool_section(classroom_id)
    handwriting_section(classroom_id)
    swap_section(classroom_id)
    classroom_export = ClassExport(store())
    if classroom_export.may(Action.LEAD_CLASS, classroom_id):
        st.download_button(
            _("Everything handed in, as a ZIP"),
            data=costly_file(partial(classroom_export.export_zip, classroom_id)),
            file_name="class.zip",  # not said: a file's name
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            key="class_zip",
        )
