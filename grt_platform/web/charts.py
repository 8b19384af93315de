"""Charts on pages: a Vega-Lite chart that the browser draws, with words for whoever cannot see it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grt_platform.serving.output import plain
from grt_platform.serving.page import Row

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_FIT = {"type": "fit-x", "contains": "padding"}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its rows inside.

    Attributes:
        title: What it shows.
        told: The same in a sentence, with the figures that matter, for screen readers.
        rows: Its data.
        spec: The rest of it, Vega-Lite without `data`.
    """

    title: str
    told: str
    rows: Sequence[Row]
    spec: Mapping[str, Any]

    @property
    def json(self) -> str:
        """The whole chart for the browser; the template escapes it."""
        values = [{name: plain(value) for name, value in row.items()} for row in self.rows]
        whole = {"$schema": _SCHEMA, "width": "container", "autosize": _FIT, "data": {"values": values}, **self.spec}
        return json.dumps(whole)
