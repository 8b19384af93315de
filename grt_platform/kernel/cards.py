"""How every picture looks: a Vega-Lite chart with its few rows inside, on a light card with dark text.

It reads the same on a light and on a dark page and needs no network.
"""

from typing import Final

import altair as alt
import polars as pl

WIDTH: Final = 640
INK, QUIET, GRID, CARD = "#24292f", "#57606a", "#e1e6eb", "#ffffff"
BLUE, PALE_BLUE, RED, ORANGE = "#2a6f97", "#a9cce3", "#d1495b", "#d97706"
_AXIS = alt.AxisConfig(
    labelColor=INK,
    titleColor=INK,
    gridColor=GRID,
    domainColor=GRID,
    tickColor=GRID,
    labelFontSize=12,
    titleFontSize=12,
    titleFontWeight="normal",
)
_TITLE = alt.TitleConfig(color=INK, fontSize=18, subtitleColor=QUIET, subtitleFontSize=12)
_LEGEND = alt.LegendConfig(labelColor=INK, labelFontSize=12, orient="top")


def card(layers: list[alt.Chart], title: str, subtitle: str) -> alt.LayerChart:
    """The layers as one chart on a white card."""
    return alt.LayerChart(
        layer=layers,
        width=WIDTH,
        background=CARD,
        padding=16,
        title=alt.Title(title, subtitle=subtitle, anchor="start", offset=12),
        config=alt.Config(axis=_AXIS, title=_TITLE, legend=_LEGEND, view=alt.ViewConfig(stroke=None)),
    )


def values(rows: pl.DataFrame) -> alt.InlineData:
    """The rows, inside the chart."""
    return alt.InlineData(values=rows.to_dicts())


def rows_axis() -> alt.Y:
    """A line for each row, in the order of the rows, named by their column `label`."""
    return alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=300, grid=False))
