"""The select box that the page sets as well: what a browser says late is not taken for a choice."""

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.components import selectbox


def page() -> None:
    import streamlit as st

    from pages.components.selectbox import selectbox

    def choose(option: str) -> None:
        st.session_state.chosen.append(option)
        if option != "refused":
            st.session_state.shown = option

    st.session_state.setdefault("chosen", [])
    st.session_state.setdefault("shown", "a")
    selectbox(
        "Letter", {"a": "Alpha", "b": "Beta", "refused": "Rho"}, st.session_state.shown, choose, key="letter"
    )


def test_a_choice_is_passed_on_and_stays_in_the_widget_that_it_was_made_in() -> None:
    app = AppTest.from_function(page, default_timeout=300).run()
    app.selectbox[0].select("b").run()
    assert not app.exception
    assert app.session_state.chosen == ["b"]
    assert (app.selectbox[0].key, app.selectbox[0].value) == ("letter_0", "b")


def test_what_the_page_sets_is_shown_by_a_new_widget_and_is_no_choice() -> None:
    app = AppTest.from_function(page, default_timeout=300).run()
    app.session_state.shown = "b"
    app.run()
    assert (app.selectbox[0].key, app.selectbox[0].value) == ("letter_1", "b")
    app.selectbox[0].select("a").run()
    assert app.session_state.chosen == ["a"]


def test_a_choice_that_is_refused_is_not_shown() -> None:
    app = AppTest.from_function(page, default_timeout=300).run()
    app.selectbox[0].select("refused").run()
    assert app.session_state.chosen == ["refused"]
    assert app.selectbox[0].value == "a"


def test_late_words_are_known_by_their_widget_and_by_the_texts_of_before(monkeypatch) -> None:
    kept = selectbox._Kept(number=3, texts={"Alpha": "a"}, earlier_texts={"Alpha, old": "a"})
    said = {"_letter": kept, "letter_2": "Alpha", "letter_3": "Alpha, old"}
    monkeypatch.setattr(st, "session_state", said)
    chosen: list[str] = []
    selectbox._chosen("letter", 2, chosen.append)
    assert chosen == []
    selectbox._chosen("letter", 3, chosen.append)
    assert chosen == ["a"]
    said["letter_3"] = "a text of long ago"
    selectbox._chosen("letter", 3, chosen.append)
    assert chosen == ["a"]


def test_a_select_box_is_as_wide_as_its_longest_text_needs_and_no_narrower_than_it_was_made() -> None:
    assert selectbox.field_px(["5 steps a second", "Full speed"], 168) == 168
    latin, wide = "Langsam, etwa zehn Sekunden", "ゆっくり、約十秒"
    assert selectbox.field_px([latin, "kurz"], 168) > 168 + 50
    assert selectbox.field_px([wide], 0) == selectbox.field_px(["x" * 2 * len(wide)], 0)
    assert selectbox.field_px([], 100) == 100


def test_another_text_of_the_option_that_is_shown_makes_a_new_widget() -> None:
    """A browser goes on showing the text that it knows: the accuracy of a minute ago."""

    def told() -> None:
        import streamlit as st

        from pages.components.selectbox import selectbox

        names = {"a": f"Alpha {st.session_state.get('accuracy', 10)}%", "b": "Beta"}
        selectbox("Letter", names, "a", lambda _option: None, key="letter")

    app = AppTest.from_function(told, default_timeout=300).run()
    app.run()
    assert app.selectbox[0].key == "letter_0"
    app.session_state.accuracy = 90
    app.run()
    assert (app.selectbox[0].key, app.selectbox[0].value) == ("letter_1", "a")
    assert app.selectbox[0].options == ["Alpha 90%", "Beta"]
