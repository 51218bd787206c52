"""Finished runs for the pages that look inside: trained for a moment on real images, adopted by the store."""

from functools import cache

from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Event
from core.runs import Store
from core.training.loop import train


def finished_run(store: Store, data: ImageData, **settings: object) -> str:
    """Return the id of a run of a few steps on `data`, with all that it said."""
    config = RunConfig(
        **{"dataset": data.spec.name, "train_size": 2_000, "epochs": 1, "eval_every": 0, **settings}
    )  # type: ignore[arg-type]
    return store.add_finished_run(config, recorded_events(data, config), name=f"{config.model} of a moment")


@cache
def recorded_events(data: ImageData, config: RunConfig) -> tuple[Event, ...]:
    """Return what a run says: trained once, however many tests put it into their stores."""
    return tuple(train(data, config, threads=1))


def shown(app: AppTest, page: str, run_id: str = "", **query: str) -> str:
    """Return all the words of `page` with this run in view."""
    for name, value in {"run": run_id, **query}.items():
        if value:
            app.query_params[name] = value
    app.run()
    app.switch_page(f"{page}/page.py").run()
    assert not app.exception, app.exception
    return words(app)


def words(app: AppTest) -> str:
    """Return all the words that the page shows now."""
    blocks = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.title, *app.subheader]
    html = [element.proto.body for element in app.get("html")]
    return "\n".join([*(block.value for block in blocks), *html])
