"""What gathers a page's texts finds a word outside of the catalogue wherever a page can have one."""

from streamlit.testing.v1 import AppTest

from tests.pages.another_language import outside
from tests.pseudo import around_values, words_outside


def page() -> None:
    import pandas as pd
    import plotly.graph_objects as go
    import streamlit as st

    from core.figures.binary_message import pack

    counter = iter(range(1000))

    def word() -> str:
        number = next(counter)
        st.session_state.count = number + 1
        return "W" + "".join(chr(97 + int(digit)) for digit in f"{number:03d}")

    for show in (
        st.title,
        st.header,
        st.subheader,
        st.markdown,
        st.caption,
        st.info,
        st.warning,
        st.error,
        st.success,
    ):
        show(word())
    st.text(word(), help=word())
    st.toast(word())
    st.progress(0.5, word())
    st.metric(word(), word(), word(), help=word())
    st.html(
        f"<style>.a {{}}</style><p title='{word()}' class='never'>{word()}<img alt='{word()}' src='never'></p>"
    )
    st.html(f"<svg aria-label='{word()}'><text>{word()}</text></svg>")
    st.button(word(), help=word())
    st.download_button(word(), "never", help=word(), file_name="never")
    st.link_button(word(), "http://127.0.0.1/never")
    st.toggle(word(), help=word())
    for choose in (st.selectbox, st.radio, st.segmented_control, st.pills, st.multiselect, st.select_slider):
        choose(word(), [word(), word()], help=word())
    st.selectbox(word(), ["1"], placeholder=word(), index=None)
    for ask in (st.text_input, st.text_area):
        ask(word(), help=word(), placeholder=word())
    st.number_input(word(), help=word())
    st.slider(word(), help=word())
    st.file_uploader(word(), help=word())
    st.camera_input(word(), help=word())
    for inside in (
        *st.tabs([word(), word()]),
        st.expander(word()),
        st.popover(word(), help=word()),
        st.status(word()),
    ):
        inside.write(word())
    with st.form("never"):
        st.form_submit_button(word(), help=word())
    column = st.column_config.Column(word(), help=word())
    frame = pd.DataFrame({"never": [word()], word(): [word()]}, index=[word()])
    st.dataframe(frame, column_config={"never": column}, alt=word())
    st.table(pd.DataFrame({word(): [word()]}, index=[word()]))
    figure = go.Figure(
        go.Scatter(x=[word()], y=[1], name=word(), text=[word()], hovertemplate=f"%{{x}} {word()}")
    )
    figure.update_layout(title_text=word(), xaxis_title_text=word(), legend_title_text=word())
    figure.update_yaxes(tickvals=[1], ticktext=[word()])
    figure.add_annotation(text=word())
    figure.add_trace(go.Heatmap(z=[[1]], colorbar_title_text=word(), colorbar_ticksuffix=word()))
    st.plotly_chart(figure, alt=word())
    component = st.components.v2.component("inkling_of_a_test", js="\n")
    component(data={"alt": word(), "names": [word()], "colour": "never"}, key="of_data")
    lines = {"data": [{"name": word(), "mode": "never"}], "layout": {"title": {"text": word()}}}
    component(data={"alt": word(), "figure": lines}, key="of_a_figure")
    template = f"<b data-part='never'>{word()}</b>"
    values = {"x": word(), "y@title": word(), "z@src": "never"}
    component(data=pack({"html": template, "words": {"keys": word()}, "set": values}), key="of_bytes")

    @st.dialog(word())
    def dialog() -> None:
        st.write(word())

    dialog()


def test_a_word_is_found_wherever_a_page_can_have_one() -> None:
    app = AppTest.from_function(page, default_timeout=300).run()
    found = " ".join(line.partition(": ")[0] for line in outside(app)).split()
    count = app.session_state["count"]
    expected = {"W" + "".join(chr(97 + int(digit)) for digit in f"{number:03d}") for number in range(count)}
    assert expected - {*found} == set()
    assert {*found} - expected <= set()


def test_a_value_stands_outside_of_its_sentence() -> None:
    said = around_values("{n} images of **{name}**, {{all}}").format(n=3, name="boat")
    assert said == "3⟦ images of **öööö⟧boat**, {⟦all}ö⟧"
    assert words_outside(said) == ["boat"]
