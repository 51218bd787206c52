"""A run on 60 images of one class and one of another: wherever classes are rated, the other was never tested."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import DatasetSpec, ImageData
from core.datasets import user_datasets as own
from core.export import export_run
from core.runs import Store
from tests.one_sided_sets import run_on
from tests.own_sets import give
from tests.pages.another_language import texts
from tests.pages.conftest import ME
from tests.pages.test_one_sided_sets import visited

NEVER = "rare was never tested: it has no test images."


@pytest.fixture
def one_rare(store: Store, mnist: ImageData) -> Iterator[DatasetSpec]:
    spec = own.create_own("One rare", ["common", "rare"], (1, 28, 28))
    give(store, spec.name, ME)
    yield own.add_images(spec.name, mnist.train_images[:61], [0] * 60 + [1])
    own.delete_own(spec.name)


def test_every_page_that_rates_classes_says_that_one_was_never_tested(
    app: AppTest, store: Store, one_rare: DatasetSpec
) -> None:
    said = visited(app, run_on(store, one_rare))
    for place in ("train", "evaluate Classes"):
        assert NEVER in said[place], place
        assert "best at" not in said[place].casefold()
    app.session_state["evaluate_section"] = "Classes"
    app.switch_page("evaluate/page.py").run()
    (table,) = (frame for frame in app.dataframe if "recall" in frame.value.columns)
    assert table.value["class"].tolist() == ["common", "rare (never tested)"]
    assert table.value.loc[1, ["precision", "recall", "F1"]].isna().all()
    app.session_state["weights_section_softmax"] = "edit"
    app.switch_page("weights/page.py").run()
    assert any("never tested, bias" in text for text in texts(app))


def test_a_hidden_layers_class_without_test_images_is_said_to_be_untested(
    app: AppTest, store: Store, one_rare: DatasetSpec
) -> None:
    run_id = run_on(store, one_rare, model="mlp")
    app.session_state[f"fed_{one_rare.name}"] = 1
    assert NEVER in visited(app, run_id, "mlp")["weights hidden_units"]


def test_a_report_names_it_in_its_result_and_in_the_matrix(store: Store, one_rare: DatasetSpec) -> None:
    run_id = run_on(store, one_rare)
    html = export_run(store, run_id, "html").data.decode()
    assert NEVER in html
    assert "<th>rare (never tested)</th>" in html
    assert "<th>common</th>" in html
    assert export_run(store, run_id, "pdf").data.startswith(b"%PDF")
