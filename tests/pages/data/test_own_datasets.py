"""Mine on Data: the visitor's own datasets to train on, share, delete and bring back, and the import of another."""

import numpy as np
import psutil
import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.config.run_config import RunConfig
from core.datasets import data_folder
from core.runs import Store
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.operators import make_operator
from core.runs.own_datasets import OwnDatasets
from pages.server import addresses, visitor
from tests.pages.conftest import ME
from tests.pages.finished_runs import shown, words

OTHER = "somebody"
DIGITS = tuple("0123456789")


def own_of(store: Store, owner: str = ME) -> OwnDatasets:
    return OwnDatasets(store.acting_as(Actor(Role.VISITOR, owner)))


def made(store: Store, title: str, owner: str = ME, images: int = 20) -> str:
    """Return a new dataset of the visitor's, half of whose images are to test on."""
    own = own_of(store, owner)
    name = own.create(title, DIGITS, (1, 28, 28)).name
    if images:
        own.add_images(name, np.zeros((images, 1, 28, 28), np.uint8), [k % 10 for k in range(images)])
    return name


def mine(app: AppTest, run_id: str = "") -> str:
    app.session_state["data_section"] = "Mine"
    return shown(app, "data", run_id)


def headings(app: AppTest) -> list[str]:
    return [subheader.value for subheader in app.subheader]


def test_ones_own_are_listed_with_what_they_hold_and_nobody_elses(app: AppTest, store: Store) -> None:
    assert "You have no datasets of your own yet." in mine(app)
    made(store, "Theirs", OTHER)
    made(store, "Ours *here*")
    made(store, "Empty", images=0)
    said = mine(app)
    assert headings(app) == ["Empty", r"Ours \*here\*"]
    assert "10 classes · training images: 10, test images: 10 · " in said
    assert "2 datasets of at most 20. With the bin, " in said
    assert "You have no datasets" not in said


def test_images_are_drawn_or_imported_whether_or_not_there_are_any(app: AppTest, store: Store) -> None:
    mine(app)
    assert app.button(key="draw_own").label == "Draw some images"
    made(store, "Ours")
    app.run()
    assert app.file_uploader(key="import_files_0")
    app.button(key="draw_own").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Draw"]


def test_it_is_reachable_where_the_dataset_in_view_is_gone(app: AppTest, store: Store) -> None:
    gone, there = made(store, "Gone"), made(store, "There")
    run_id = store.create(RunConfig(dataset=gone), owner=ME)
    own_of(store).delete(gone)
    app.session_state["data_section"] = "Gallery"
    assert "“Gone” lies in your bin. Restore it on Data, under “Mine”." in shown(app, "data", run_id)
    mine(app, run_id)
    assert headings(app) == ["There"]
    assert not app.exception
    app.button(key=f"train_on_{there}").click().run()
    assert app.selectbox(key=f"set_dataset_{app.session_state['form_number']}").value == there


def test_train_on_it_keeps_what_fits_of_the_form(app: AppTest, store: Store) -> None:
    name, empty = made(store, "Few"), made(store, "None", images=0)
    app.query_params.update({"validation_size": "5000", "learning_rate": "0.5"})
    mine(app)
    assert app.button(key=f"train_on_{empty}").disabled
    app.button(key=f"train_on_{name}").click().run()
    assert not app.exception
    config = app.session_state.config
    assert (config.dataset, config.validation_size, config.learning_rate) == (name, 0, 0.5)


def opened(app: AppTest, panel: str) -> str:
    app.session_state[panel] = True
    app.run()
    assert not app.exception
    return words(app)


def shared(app: AppTest, name: str) -> str:
    """Return the words of the page with the dataset's dialog open."""
    app.button(key=f"share_{name}").click().run()
    assert not app.exception
    return words(app)


def choose_audience(app: AppTest, audience: str) -> None:
    next(group for group in app.button_group if group.label == "Who may use it").set_value(audience).run()


def test_sharing_shows_the_link_and_can_be_taken_back(app: AppTest, store: Store) -> None:
    name = made(store, "Ours *here*")
    mine(app)
    assert "Only its owner can see it" in shared(app, name)
    assert not app.code
    choose_audience(app, LINK)
    assert own_of(store).get(name).audience == LINK
    said = shared(app, name)
    assert "Everyone with this link may see its images and train on it." in said
    assert r"Scan to train on “Ours \*here\*”" in said
    (address,) = [code.value for code in app.code]
    assert address.endswith(f"/?dataset={name}")
    assert f'alt="QR code: {address}"' in said
    choose_audience(app, PRIVATE)
    shared(app, name)
    assert not app.code
    assert own_of(store).get(name).audience == PRIVATE


@pytest.mark.parametrize(
    ("opened_at", "network", "given"),
    [
        ("http://localhost:8501/lab/data", "192.168.1.5", "http://192.168.1.5:8501/lab/"),
        ("http://127.0.0.1:8501/data", "192.168.1.5", "http://192.168.1.5:8501/"),
        ("http://localhost:9000/data", "192.168.1.5", "http://localhost:9000/"),  # something stands between
        ("http://localhost:8501/data", "127.0.0.1", "http://localhost:8501/"),
        ("https://lab.example/data", "192.168.1.5", "https://lab.example/"),
    ],
)
def test_a_link_is_one_that_others_reach_or_is_said_to_be_none(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch, opened_at: str, network: str, given: str
) -> None:
    monkeypatch.setattr(ContextProxy, "url", property(lambda _self: opened_at))
    monkeypatch.setattr(addresses, "get_internal_ip", lambda: network)
    monkeypatch.setattr(psutil, "net_if_addrs", dict)
    name = made(store, "Ours")
    own_of(store).share(name, LINK)
    mine(app)
    said = shared(app, name)
    assert [code.value for code in app.code] == [f"{given}?dataset={name}"]
    assert ("Only this computer can open the link." in said) == ("localhost" in given)


def test_the_link_puts_a_shared_one_into_the_form_and_the_list_until_it_is_taken_back(
    app: AppTest, store: Store
) -> None:
    name = made(store, "Theirs", OTHER)
    app.query_params["dataset"] = name
    app.run()
    told = "This link names a dataset that is not shared with you, or not any more. Ask whoever gave you the link."
    assert [warning.value for warning in app.warning] == [told]
    assert app.session_state.config.dataset == "mnist"
    own_of(store, OTHER).share(name, LINK)
    del app.session_state["config"]
    app.session_state["form_number"] = 1  # as a fresh session: no widget knows the refused one
    app.query_params["dataset"] = name
    app.run()
    assert not app.exception
    assert app.session_state.config.dataset == name
    assert "Theirs (shared)" in app.selectbox(key="set_dataset_1").options
    own_of(store, OTHER).share(name, PRIVATE)
    app.run()
    assert not app.exception
    assert "Theirs (shared)" not in app.selectbox(key="set_dataset_1").options


def test_what_lies_in_ones_own_bin_is_called_by_its_title_in_the_table_and_where_a_link_names_it(
    app: AppTest, store: Store
) -> None:
    ours, theirs = made(store, "Ours"), made(store, "Theirs", OTHER)
    for name, owner in ((ours, ME), (theirs, OTHER)):
        store.create(RunConfig(dataset=name), owner=ME, queue=False)
        own_of(store, owner).delete(name)
    app.query_params["dataset"] = ours
    app.run()
    assert [text.value for text in app.warning] == [
        "“Ours” lies in your bin. Restore it on Data, under “Mine”."
    ]
    shown(app, "runs")
    named = {*app.dataframe[0].value["images"]}
    assert {"Ours", theirs} <= named
    assert not {"Theirs", ours} & named


def test_what_is_deleted_lies_in_the_bin_and_comes_back_and_runs_on_it_are_counted(
    app: AppTest, store: Store
) -> None:
    name = made(store, "Ours")
    store.create(RunConfig(dataset=name))
    app.query_params["dataset"] = name
    mine(app)
    assert app.session_state.config.dataset == name
    asked = opened(app, f"delete_{name}")
    assert "**1 run was trained on it.**" in asked
    assert "It keeps its settings, curves and weights. Without these images it does not open on" in asked
    app.button(key=f"bin_{name}").click().run()
    assert not app.exception
    assert headings(app) == []
    assert "Ours, kept until " in words(app)
    assert app.session_state.config.dataset == "mnist"
    app.button(key=f"restore_{name}").click().run()
    assert headings(app) == ["Ours"]


def test_what_is_deleted_is_said_to_be_in_the_bin_and_comes_back_by_undo(app: AppTest, store: Store) -> None:
    name = made(store, "Ours *here*")
    mine(app)
    opened(app, f"delete_{name}")
    app.button(key=f"bin_{name}").click().run()
    assert r"“Ours \*here\*” is in the bin." in words(app)
    app.button(key="undo_button").click().run()
    assert not app.exception
    assert headings(app) == [r"Ours \*here\*"]
    assert "is in the bin." not in words(app)
    own_of(store).delete(name)  # in another tab: it is not what this one deleted last
    app.run()
    assert "is in the bin." not in words(app)


def test_a_damaged_one_is_said_to_be_and_can_be_deleted(app: AppTest, store: Store) -> None:
    name = made(store, "Ours")
    (data_folder() / "own" / name.removeprefix("own:") / "manifest.json").write_text("{", encoding="utf-8")
    said = mine(app)
    assert "cannot be read" in said
    assert str(data_folder()) not in said
    opened(app, f"delete_{name}")
    app.button(key=f"bin_{name}").click().run()
    assert not app.exception
    assert headings(app) == []


def test_an_operator_has_everybodys_and_is_told_so(app: AppTest, store: Store) -> None:
    made(store, "Theirs", OTHER)
    assert "This browser is an operator's" not in mine(app)
    make_operator(store.database, ME)
    visitor._operators.clear()
    assert "This browser is an operator's" in mine(app)
    assert "Theirs (private)" in headings(app)


@pytest.mark.parametrize("page", ["data", "runs"])
def test_everything_of_mine_goes_after_a_question_and_nothing_of_others(
    app: AppTest, store: Store, page: str
) -> None:
    name, theirs = made(store, "Ours"), made(store, "Theirs", OTHER)
    run_id = store.create(RunConfig(dataset=name), owner=ME, queue=False)
    others = store.create(RunConfig(), owner=OTHER, queue=False)
    app.query_params["dataset"] = name
    app.session_state["data_section"] = "Mine"
    shown(app, page, run_id)
    app.button(key="erase_mine").click().run()
    assert "This deletes **1 run and 1 dataset** at once" in words(app)
    assert "Every browser that has these things" in words(app)
    app.button(key="erase_not").click().run()
    assert "This deletes" not in words(app)
    assert len(own_of(store).managed()) == 1
    app.button(key="erase_mine").click().run()
    app.button(key="erase_now").click().run()
    assert not app.exception
    assert [text.value for text in app.success] == ["Deleted for good: 1 run and 1 dataset."]
    assert app.session_state["run"] is None
    assert app.session_state.config.dataset == "mnist"
    assert own_of(store).managed() == []
    assert [own.name for own in own_of(store, OTHER).managed()] == [theirs]
    assert store.get(others).deleted_at is None
    assert "erase_mine" not in [button.key for button in app.button]  # there is nothing left
