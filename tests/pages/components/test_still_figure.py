"""Which figures the small Plotly draws, and which bring Streamlit's own."""

import json

from streamlit.testing.v1 import AppTest


def page() -> None:
    import numpy as np
    import plotly.graph_objects as go

    from pages.components.still_figure import still_figure

    small = go.Figure([go.Scatter(x=np.arange(3), y=[1.5, np.nan, 2]), go.Bar(x=["a"], y=[1])])
    still_figure("small", small.update_layout(height=210), alt="A line and a bar.")
    still_figure("large", go.Figure([go.Scatter(x=[1], y=[1]), go.Contour(z=[[1, 2], [3, 4]])]), alt="A map.")


def test_only_a_trace_that_the_small_plotly_lacks_brings_streamlits_own() -> None:
    app = AppTest.from_function(page, default_timeout=120).run()
    assert not app.exception
    (small,) = (json.loads(part.proto.json) for part in app.get("bidi_component"))
    assert (small["alt"], small["height"]) == ("A line and a bar.", 210)
    assert [trace["type"] for trace in small["figure"]["data"]] == ["scatter", "bar"]
    (large,) = app.get("plotly_chart")
    assert [trace["type"] for trace in json.loads(large.proto.spec)["data"]] == ["scatter", "contour"]
