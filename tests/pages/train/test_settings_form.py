"""The settings form: what is typed is what trains, and what cannot be is refused in words."""

from streamlit.testing.v1 import AppTest

from core.config.presets import PRESETS
from core.runs import Store


def button(app: AppTest, label: str):
    return next(b for b in app.button if b.label == label)


def test_what_was_typed_just_before_train_was_pressed_is_what_trains(app: AppTest, store: Store) -> None:
    app.run()
    known = {row.id for row in store.list()}
    app.text_input(key="set_epochs_0").set_value("7")
    button(
        app, "Train"
    ).click().run()  # one request brings both, as when the field is left by pressing the button
    assert not app.exception
    (made,) = (row for row in store.list() if row.id not in known)
    assert made.config.epochs == 7
    assert app.query_params["epochs"] == "7"


def test_a_refused_setting_that_comes_with_the_press_is_told_and_nothing_trains(
    app: AppTest, store: Store
) -> None:
    app.query_params["model"] = "mlp"
    app.run()
    known = len(store.list())
    app.text_input(key="set_hidden_sizes_0").set_value("64, none")
    button(app, "Train").click().run()
    assert not app.exception
    told = "Hidden units per layer must be 1 to 3 whole numbers, each from 1 to 4,096, not “64,none”."
    assert told in [error.value for error in app.error]
    assert len(store.list()) == known


def test_what_a_browser_still_says_of_widgets_before_a_preset_was_chosen_is_of_no_account() -> None:
    def page() -> None:
        import streamlit as st

        from core.config.presets import DEFAULT, PRESETS
        from pages.run_context.form_config import put_config
        from pages.train import form_state

        st.session_state.config = DEFAULT
        st.session_state["set_epochs_0"] = "7"
        st.session_state.before = form_state.config_as_entered()
        put_config(PRESETS["mnist-article"].config)
        st.session_state.after = form_state.config_as_entered()

    held = AppTest.from_function(page, default_timeout=300).run().session_state
    assert held.before.epochs == 7
    assert held.after == PRESETS["mnist-article"].config


def test_dropout_and_a_class_left_out_are_chosen_and_train(app: AppTest, store: Store) -> None:
    app.query_params.update({"model": "mlp", "dropout": "0.2", "left_out_class": "9"})
    app.run()
    assert app.text_input(key="set_dropout_0").value == "0.2"
    left_out = app.selectbox(key="set_left_out_class_0")
    assert left_out.value == 9
    app.selectbox(key="set_dataset_0").set_value("fashion_mnist").run()
    assert left_out.options[0] == "none"
    assert app.selectbox(key="set_left_out_class_0").options[1] == "T-shirt/top"
    known = {row.id for row in store.list()}
    app.selectbox(key="set_left_out_class_0").set_value(0)
    app.text_input(key="set_dropout_0").set_value("0,5")
    button(app, "Train").click().run()
    assert not app.exception
    (made,) = (row for row in store.list() if row.id not in known)
    assert (made.config.left_out_class, made.config.dropout) == (0, 0.5)
    assert (app.query_params["left_out_class"], app.query_params["dropout"]) == ("0", "0.5")


def test_an_address_whose_class_left_out_the_dataset_has_not_is_told_and_leaves_out_none(
    app: AppTest,
) -> None:
    app.query_params["left_out_class"] = "10"
    app.run()
    assert not app.exception
    told = (
        "Class left out must be a number from 0 to 9, which are the classes of MNIST, or −1 for none, not 10."
    )
    assert any(told in warning.value for warning in app.warning)
    assert app.selectbox(key="set_left_out_class_0").value == -1


def test_a_number_typed_with_a_comma_is_that_number_and_one_that_reads_as_thousands_is_refused(
    app: AppTest, store: Store
) -> None:
    app.query_params["l2"] = "0.5"
    app.run()
    assert app.text_input(key="set_l2_0").value == "0.5"
    known = {row.id for row in store.list()}
    app.text_input(key="set_l2_0").set_value("0,001")
    app.text_input(key="set_l1_0").set_value("1e-3")
    button(app, "Train").click().run()
    assert not app.exception
    (made,) = (row for row in store.list() if row.id not in known)
    assert (made.config.l2, made.config.l1) == (0.001, 0.001)
    assert app.query_params["l2"] == "0.001"
    app.text_input(key="set_l1_0").set_value("1,000").run()
    assert any("Write 1 instead" in error.value and "L1" in error.value for error in app.error)
