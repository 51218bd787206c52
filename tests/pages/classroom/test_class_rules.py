"""What members see and train: set by a teacher on Class, kept to by their form on Train, by Search and the server."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.classroom.members import Joined
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.live.board_feed import BoardFeed
from core.runs import Store
from core.runs.class_rules import ClassRules
from core.search import Searches
from pages.server.services import settings
from pages.train.run_controls import TRAIN_KEY
from tests.pages.classroom.devices import joined
from tests.pages.classroom.leading import only, open_tab, started
from tests.pages.finished_runs import finished_run, recorded_events, shown, words

LESSON = RunConfig(model="mlp", hidden_sizes=(12,), learning_rate=0.02, epochs=3, batch_size=32)


def fields(app: AppTest) -> set[str]:
    """Return the settings that the form on Train shows."""
    drawn = [*app.selectbox, *app.text_input, *app.toggle, *app.number_input]
    return {str(one.key)[4:].rpartition("_")[0] for one in drawn if str(one.key).startswith("set_")}


def trained(app: AppTest, store: Store, owner: str) -> RunConfig:
    """Return what is trained where Train is pressed."""
    app.button(key=TRAIN_KEY).click().run()
    assert not app.exception
    assert not app.error
    return store.list(owner=owner)[0].config


# ---- set on Class


def test_a_teacher_sets_pages_models_epochs_and_a_lesson(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    open_tab(near, "settings")

    def at(name: str) -> str:
        return f"{name}_{classroom.id}_{only(store).revision}"

    assert "classroom" not in near.multiselect(key=at("pages")).options
    near.multiselect(key=at("pages")).set_value(["train", "draw"]).run()
    near.multiselect(key=at("models")).set_value(["softmax"]).run()
    near.number_input(key=at("epochs")).set_value(4).run()
    assert only(store).rules == ClassRules(("train", "draw"), ("softmax",), 4)
    near.session_state["config"] = replace(LESSON, seed=7)
    near.toggle(key=at("lesson")).set_value(True).run()
    assert only(store).rules.lesson == replace(LESSON, seed=0), "a seed is each member's own"
    near.multiselect(key=at("open")).set_value(["learning_rate"]).run()
    assert only(store).rules.open_settings == ("learning_rate",)
    assert near.multiselect(key=at("pages")).value == ["train", "draw"]
    near.toggle(key=at("lesson")).set_value(False).run()
    near.multiselect(key=at("pages")).set_value([]).run()
    near.number_input(key=at("epochs")).set_value(None).run()
    assert only(store).rules == ClassRules((), ("softmax",), 0, ("learning_rate",)), (
        "an empty field is no limit"
    )
    assert not near.exception


def test_a_limit_is_at_most_what_the_installation_allows(
    near: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_MAX_EPOCHS", "5")
    settings.clear()
    classroom = started(near, store)
    open_tab(near, "settings")
    assert near.number_input(key=f"epochs_{classroom.id}_{classroom.revision}").max == 5
    open_tab(near, "activities")
    assert not near.exception
    race = near.number_input(key="race_epochs")
    assert (race.value, race.max) == (5, 5)


def test_the_rules_of_a_class_that_has_ended_are_refused_in_words(
    near: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom = started(near, store)
    open_tab(near, "settings")
    set_rules = Lead.set_rules
    monkeypatch.setattr(Lead, "set_rules", lambda self, _id, rules: set_rules(self, "nosuchclass", rules))
    near.number_input(key=f"epochs_{classroom.id}_{classroom.revision}").set_value(4).run()
    assert not near.exception
    assert near.error
    assert only(store).rules == ClassRules()


# ---- kept to on Train


def test_settings_that_are_fixed_are_not_drawn_and_have_the_lessons_values(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined
) -> None:
    Lead(store).set_rules(
        classroom.id, ClassRules(lesson=LESSON, open_settings=("learning_rate", "momentum"))
    )
    hers.query_params["model"], hers.query_params["batch_size"] = "softmax", "8"
    hers.run()
    assert not hers.exception
    assert fields(hers) == {"learning_rate", "momentum", "seed", "device"}
    assert "preset" not in [str(box.key) for box in hers.selectbox]
    assert "Your teacher has fixed all other settings for this lesson: Dataset: MNIST · " in words(hers)
    assert "Learning rate: " not in words(hers), "what is open has its own field"
    box = next(one for one in hers.selectbox if str(one.key).startswith("set_learning_rate"))
    box.set_value(0.5).run()
    assert trained(hers, store, ada.member.id) == replace(LESSON, learning_rate=0.5)
    assert hers.query_params.get("model") == "mlp", "the address is that of the lesson"


def test_with_nothing_open_there_are_no_more_settings(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined
) -> None:
    Lead(store).set_rules(classroom.id, ClassRules(lesson=LESSON))
    hers.run()
    assert fields(hers) == set()
    assert (
        "Your teacher has fixed the settings for this lesson: Dataset: MNIST · Model: MLP (hidden layers) · "
        "Hidden units per layer: 12 · Activation: ReLU · Optimizer: SGD · Learning rate: 0.02 · Batch size: 32 · "
        "Epochs: 3"
    ) in words(hers)
    assert trained(hers, store, ada.member.id) == LESSON


def test_a_lesson_that_begins_while_a_form_is_open_holds_and_its_end_gives_the_form_back(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined
) -> None:
    hers.run()
    everything = fields(hers)
    assert "model" in everything
    Lead(store).set_rules(classroom.id, ClassRules(lesson=LESSON))
    hers.button(key=TRAIN_KEY).click().run()
    assert store.list(owner=ada.member.id)[0].config == LESSON
    assert fields(hers) == set()
    Lead(store).set_rules(classroom.id, ClassRules())
    hers.run()
    assert not hers.exception
    assert fields(hers) >= everything - {"momentum", "nesterov"}


def test_models_are_those_that_are_allowed_also_where_another_was_chosen(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined
) -> None:
    hers.query_params["model"] = "cnn"
    hers.run()
    Lead(store).set_rules(classroom.id, ClassRules(models=("softmax", "mlp")))
    hers.run()
    assert not hers.exception
    box = next(one for one in hers.selectbox if str(one.key).startswith("set_model"))
    assert len(box.options) == 2
    assert box.value in ("softmax", "mlp")
    assert trained(hers, store, ada.member.id).model == box.value


def test_use_these_settings_of_a_run_leaves_the_lesson_as_it_is(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist, learning_rate=0.3, batch_size=100)
    Lead(store).set_rules(classroom.id, ClassRules(lesson=LESSON, open_settings=("learning_rate",)))
    shown(hers, "train", run_id)
    next(one for one in hers.button if one.label == "Use these settings").click().run()
    assert not hers.exception
    box = next(one for one in hers.selectbox if str(one.key).startswith("set_learning_rate"))
    assert box.value == 0.3
    assert trained(hers, store, ada.member.id) == replace(LESSON, learning_rate=0.3)


def test_an_address_with_more_epochs_is_refused_on_the_server_with_the_sentence_on_the_page(
    hers: AppTest, store: Store, classroom: Classroom, ada: Joined
) -> None:
    Lead(store).set_rules(classroom.id, ClassRules(max_epochs=4))
    hers.query_params["epochs"] = "50"
    hers.run()
    hers.button(key=TRAIN_KEY).click().run()
    assert not hers.exception
    assert "In this class, a run has at most 4 epochs, and not 50." in words(hers)
    assert "Change it, or ask your teacher." in words(hers)
    assert store.list(owner=ada.member.id) == []
    next(one for one in hers.text_input if str(one.key).startswith("set_epochs")).set_value("4").run()
    assert trained(hers, store, ada.member.id).epochs == 4


@pytest.mark.parametrize(
    "rules", [ClassRules(max_epochs=4), ClassRules(models=("softmax",)), ClassRules(lesson=LESSON)]
)
def test_a_search_is_refused_under_rules(
    hers: AppTest, store: Store, classroom: Classroom, rules: ClassRules
) -> None:
    Lead(store).set_rules(classroom.id, rules)
    shown(hers, "search")
    hers.button(key="start_search").click().run()
    assert not hers.exception
    assert "In this class, settings are fixed or limited, so none are searched for." in words(hers)
    assert Searches(store).newest() == []


def test_a_class_that_narrows_nothing_may_search(hers: AppTest, store: Store, classroom: Classroom) -> None:
    Lead(store).set_rules(classroom.id, ClassRules(pages=("search",)))
    shown(hers, "search")
    hers.button(key="start_search").click().run()
    assert not hers.exception
    assert len(Searches(store).newest()) == 1


# ---- members whom the teacher looks after


def test_nicknames_wait_for_the_nod_and_are_on_no_screen_before(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    Classrooms(store).change(classroom.id, needs_nod=True)
    ada = joined(store, classroom, "Ada *x*").member.id
    joined(store, classroom, "Fox 12")
    said = open_tab(near, "join")
    assert "<li>Fox 12</li>" in words(said)
    assert "Ada *x*</li>" not in words(said)
    assert "2 members" in words(said)
    near.button(key=f"nod_{ada}").click().run()
    assert not near.exception
    assert "<li>Ada *x*</li>" in words(near)
    assert not [one for one in near.button if str(one.key).startswith("nod_")]


def test_a_run_is_taken_off_the_board_and_the_next_one_is_on_it(
    near: AppTest, store: Store, mnist: ImageData
) -> None:
    classroom = started(near, store)
    ada = joined(store, classroom).member.id
    config = RunConfig(train_size=2_000, epochs=1, eval_every=0)
    run_id = store.add_finished_run(config, recorded_events(mnist, config), owner=ada)

    def on_board() -> list[str]:
        entries = BoardFeed(classroom.id).refresh(store).entries
        return [entry.run.id for entry in entries if entry.run]

    assert on_board() == [run_id]
    open_tab(near, "join").selectbox(key="member_choice").set_value(ada).run()
    near.button(key="member_run").click().run()
    assert not near.exception
    assert on_board() == []
    near.button(key="member_run").click().run()
    assert not near.exception, "there is none to be taken off"
    second = store.add_finished_run(config, recorded_events(mnist, config), owner=ada)
    assert on_board() == [second]
