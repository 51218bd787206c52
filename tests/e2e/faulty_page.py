"""A page that fails in each way that there is, with a path of the server in what it says; it stands in for Data."""

import streamlit as st

TOLD = "/srv/secret/inkling.db"
RAISES = f"export default () => {{\n throw new Error('{TOLD}');\n}}"


def fail() -> None:
    raise FileNotFoundError(2, "No such file", TOLD)


@st.fragment
def part() -> None:
    if st.button("Part"):
        fail()


st.header("Faults")
part()
st.button("Callback", on_click=fail)
if st.button("Component"):
    st.components.v2.component("faulty", js=RAISES)(key="faulty")
if st.button("Page"):
    fail()
