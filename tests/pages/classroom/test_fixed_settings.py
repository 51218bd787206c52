"""What a member's form says of settings that the teacher has fixed, also where their dataset is not there."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.classroom.classroom_table import Classroom
from core.classroom.errors import ClassroomRefused
from core.classroom.lead import Lead
from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.class_rules import ClassRules
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.own_datasets import OwnDatasets
from pages.train.run_controls import TRAIN_KEY
from pages.train.settings_form import FIRST_SETTINGS
from tests.pages.classroom.leading import only, open_tab, started
from tests.pages.conftest import ME
from tests.pages.finished_runs import words

DIGITS = tuple("0123456789")


def fixed(app: AppTest) -> str:
    (said,) = [caption.value for caption in app.caption if caption.value.startswith("Your teacher has fixed")]
    return said


def own_dataset(store: Store, audience: str) -> str:
    """Return the name of a dataset of the teacher's own, who is this browser's visitor."""
    own = OwnDatasets(store.acting_as(Actor(Role.VISITOR, ME)))
    return own.create("Secret", DIGITS, (1, 28, 28), audience=audience).name


def test_values_follow_the_model_that_is_chosen_at_once(
    hers: AppTest, store: Store, classroom: Classroom
) -> None:
    Lead(store).set_rules(classroom.id, ClassRules(lesson=RunConfig(epochs=3), open_settings=("model",)))
    hers.run()
    assert "Hidden units" not in fixed(hers)
    assert fixed(hers).endswith("Batch size: 100 · Epochs: 3")
    box = next(one for one in hers.selectbox if str(one.key).startswith("set_model"))
    box.set_value("mlp").run()
    assert "Hidden units per layer: 128 · Activation: ReLU" in fixed(hers)
    box = next(one for one in hers.selectbox if str(one.key).startswith("set_model"))
    box.set_value("softmax").run()
    assert "Hidden units" not in fixed(hers)


def test_where_all_that_is_usual_is_open_no_value_is_named(
    hers: AppTest, store: Store, classroom: Classroom
) -> None:
    Lead(store).set_rules(
        classroom.id, ClassRules(lesson=RunConfig(), open_settings=tuple(sorted(FIRST_SETTINGS)))
    )
    hers.run()
    assert fixed(hers) == "Your teacher has fixed all other settings for this lesson."


@pytest.mark.parametrize("open_settings", [(), ("momentum",)])
def test_a_lessons_dataset_that_is_shared_no_more_is_said_and_not_named(
    hers: AppTest, store: Store, classroom: Classroom, open_settings: tuple[str, ...]
) -> None:
    name = own_dataset(store, LINK)
    lesson = replace(RunConfig(), dataset=name, validation_size=0)
    Lead(store).set_rules(classroom.id, ClassRules(lesson=lesson, open_settings=open_settings))
    OwnDatasets(store.acting_as(Actor(Role.VISITOR, ME))).share(name, PRIVATE)
    hers.run()
    assert not hers.exception
    assert "Something went wrong" not in words(hers)
    assert "The dataset of this lesson is not shared with you, or not there any more." in hers.error[0].value
    assert TRAIN_KEY not in [button.key for button in hers.button]
    assert "Secret" not in words(hers)
    assert "Dataset" not in fixed(hers)


def test_settings_on_a_dataset_that_members_may_not_use_are_not_fixed(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    open_tab(near, "settings")
    name = own_dataset(store, PRIVATE)
    near.session_state["config"] = replace(RunConfig(), dataset=name)
    near.toggle(key=f"lesson_{classroom.id}_{classroom.revision}").set_value(True).run()
    assert not near.exception
    assert "Members could not train on “Secret”: it is not shared with them" in near.error[0].value
    assert only(store).rules.lesson is None
    with pytest.raises(ClassroomRefused, match="“own:gone”"):
        Lead(store).set_rules(classroom.id, ClassRules(lesson=replace(RunConfig(), dataset="own:gone")))
    Lead(store).set_rules(
        classroom.id, ClassRules(lesson=replace(RunConfig(), dataset=name), open_settings=("dataset",))
    )
