"""Pictures of products: usage against quota by group, days until a limit."""

from typing import Final

import altair as alt
import polars as pl

from grt_platform.kernel.cards import BLUE, PALE_BLUE, QUIET, card, rows_axis, values

SHOWN_GROUPS: Final = 25
_TIB = 2**40


def usage_against_quota(group_usage: pl.DataFrame) -> alt.LayerChart:
    """Used bytes of the largest groups as bars inside their quotas; a group without a limit has no bar behind it.

    Args:
        group_usage: Rows of group_usage of one volume and date.
    """
    top = (
        group_usage.sort("used_bytes", "gid", descending=[True, False])
        .head(SHOWN_GROUPS)
        .select(
            label=_label(),
            used=pl.col("used_bytes") / _TIB,
            quota=pl.when(pl.col("quota_bytes") > 0).then(pl.col("quota_bytes") / _TIB),
            note=(pl.col("used_fraction") * 100).round(0).cast(pl.Int64).cast(pl.String) + " %",
        )
    )
    base = alt.Chart(values(top)).encode(rows_axis())
    used = alt.X("used:Q", title="TiB")
    behind = base.mark_bar(color=PALE_BLUE).encode(alt.X("quota:Q", title="TiB"))
    bars = base.mark_bar(color=BLUE, size=8).encode(used)
    notes = base.mark_text(align="left", dx=4, color=QUIET).encode(used, alt.Text("note:N"))
    subtitle = f"dark: used, pale: hard limit; the {SHOWN_GROUPS} largest groups"
    return card([behind, bars, notes], "Usage against quota", subtitle)


def history_with_forecast(history: pl.DataFrame, forecasts: pl.DataFrame) -> alt.LayerChart:
    """Used share of the limit over time for the groups that run out first, dashed to where they will be in a week.

    Args:
        history: Rows of group_usage of one volume, any dates.
        forecasts: Rows of forecasts of the same volume.
    """
    first = forecasts.sort(
        "warning_level", "fraction_in_7_days", "gid", descending=[True, True, False], nulls_last=True
    )
    top = first.filter(pl.col("fraction_in_7_days").is_not_null()).head(_SHOWN_LINES).select("gid", label=_label())
    past = history.join(top, on="gid").select(
        "label", day=pl.col("dumped_on").cast(pl.String), share="used_fraction", part=pl.lit("measured")
    )
    ahead = forecasts.join(top, on="gid")
    now = ahead.select(
        "label",
        day=pl.col("dumped_on").cast(pl.String),
        share=pl.col("used_bytes") / pl.when(pl.col("quota_bytes") > 0).then("quota_bytes"),
        part=pl.lit("expected"),
    )
    later = ahead.select(
        "label",
        day=pl.col("dumped_on").dt.offset_by("7d").cast(pl.String),
        share="fraction_in_7_days",
        part=pl.lit("expected"),
    )
    rows = pl.concat([past, now, later]).drop_nulls().sort("label", "part", "day")
    base = alt.Chart(values(rows)).encode(
        alt.X("day:T", title=None, axis=alt.Axis(format="%d %b")),
        alt.Y("share:Q", title="Share of the hard limit", axis=alt.Axis(format="%")),
        alt.Color("label:N", title=None),
    )
    lines = base.mark_line(point=True).encode(alt.StrokeDash("part:N", title=None, sort=["measured", "expected"]))
    return card([lines], "What groups used, and where they will be in a week", "those that run out first")


_SHOWN_LINES: Final = 8


def _label() -> pl.Expr:
    return pl.coalesce("group_name", pl.format("gid {}", "gid"))
