"""Charts inside the metadata of assets: a PNG in the text itself, made without a network."""

import base64
from typing import TYPE_CHECKING

import dagster as dg

from grt_platform.kernel.errors import BadInputError

if TYPE_CHECKING:
    import altair as alt

MAX_BYTES = 512 * 1024


def inline(chart: "alt.TopLevelMixin", title: str = "chart") -> dg.MarkdownMetadataValue:
    """The chart as Markdown that Dagster's UI shows as a picture.

    Raises:
        BadInputError: The picture is larger than the event log should carry.
    """
    import vl_convert  # 50 MB that only a run with a chart needs

    png = vl_convert.vegalite_to_png(chart.to_json())  # as wide as the window that Dagster shows it in
    if len(png) > MAX_BYTES:
        raise BadInputError(f"The picture {title!r} has {len(png)} bytes; aggregate its data to stay below {MAX_BYTES}")
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})")
