"""The app of recorded_page.py, which stands beside it: the live channel, and a kind of topic that plays a record."""

import os
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, os.environ["INKLING_ROOT"])

from core.live import hub
from pages.server.live_socket import MOMENTS, live_route
from tests.e2e.recorded_run import PLAYED

hub.BEAT_S = 2.0  # a test waits for a beat
MOMENTS["recorded"] = lambda name: PLAYED[name].moment()
app = st.App(Path(__file__).with_name("recorded_page.py"), routes=[live_route("")])
