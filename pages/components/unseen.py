"""Components that show nothing: scripts that listen, watch or ask. They take no room, and no page waits for them."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from pages.components.assets import loader

_PREFIX: Final = "unseen-"  # of their keys, by which theme.css and first_paint.js know them


def unseen(name: str) -> Callable[..., Any]:
    """Return the component of static/`name`.js, to be mounted by its key and data."""
    component = st.components.v2.component(f"inkling_{name}", js=loader(f"{name}.js"), isolate_styles=False)

    def mount(key: str, data: Any = None, **settings: Any) -> Any:
        return component(key=_PREFIX + key, data=data, height=1, **settings)

    return mount
