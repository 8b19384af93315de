"""A chart becomes a picture in the text itself."""

import base64
import socket

import altair as alt
import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.orchestration import pictures
from grt_platform.orchestration.pictures import inline


def chart():
    rows = [{"week": "2026-01-05", "jobs": 3}, {"week": "2026-01-12", "jobs": 5}]
    return alt.Chart(alt.Data(values=rows)).mark_bar().encode(x="week:O", y="jobs:Q")


def test_a_chart_is_a_png_inside_the_markdown_and_needs_no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it went to the network"))
    text = inline(chart(), "jobs per week").md_str
    assert text.startswith("![jobs per week](data:image/png;base64,")
    png = base64.b64decode(text.rpartition(",")[2].rstrip(")"))
    assert png.startswith(b"\x89PNG")


def test_a_picture_too_large_for_the_event_log_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 10)
    with pytest.raises(BadInputError, match="aggregate"):
        inline(chart())
