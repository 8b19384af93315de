"""Pictures of products: jobs per week, error rates, runtimes, memory allocated against used."""

from typing import Final

import altair as alt
import polars as pl
import vl_convert

from grt_platform.kernel.cards import BLUE, ORANGE, PALE_BLUE, QUIET, RED, WIDTH, card, rows_axis, values
from grt_platform.systems.galaxy.logic.states import OUTCOMES
from grt_platform.systems.galaxy.logic.tools import short_id

SHOWN_TOOLS: Final = 20
SHOWN_WEEKS: Final = 104
_OUTCOME_COLOURS: Final = ("#2a9d8f", "#d1495b", "#8d99ae", "#edae49")
_TIME_LABEL = (
    "datum.value < 60 ? datum.value + ' s' : datum.value < 3600 ? datum.value / 60 + ' min' : "
    "datum.value < 86400 ? datum.value / 3600 + ' h' : datum.value / 86400 + ' d'"
)
_MIB_LABEL = (
    "datum.value < 1024 ? datum.value + ' MiB' : datum.value < 1048576 ? datum.value / 1024 + ' GiB' : "
    "datum.value / 1048576 + ' TiB'"
)


def png(chart: alt.LayerChart, scale: float = 1.5) -> bytes:
    """The chart as a PNG picture; the same chart gives the same bytes."""
    return vl_convert.vegalite_to_png(chart.to_json(), scale=scale)


def jobs_per_week(usage: pl.DataFrame) -> alt.LayerChart:
    """Jobs of the last `SHOWN_WEEKS` weeks by outcome; weeks without jobs stand as gaps.

    Args:
        usage: Rows of tool_usage, of one instance or overall.
    """
    weekly = usage.filter(pl.col("period") == "week").group_by("starts_on").agg(_outcome_sums())
    every_week = weekly.sort("starts_on").upsample("starts_on", every="1w") if weekly.height else weekly
    rows = (
        every_week.tail(SHOWN_WEEKS)
        .with_columns(pl.col("starts_on").cast(pl.String))
        .unpivot(on=OUTCOMES, index="starts_on", variable_name="outcome", value_name="jobs")
        .with_columns(pl.col("jobs").fill_null(0), rank=pl.col("outcome").replace_strict(_ranks()))
    )
    chart = (
        alt.Chart(values(rows))
        .mark_bar(size=_bar_size(every_week.tail(SHOWN_WEEKS).height))
        .encode(
            alt.X("starts_on:O", title="Week from", axis=alt.Axis(labelAngle=-45, labelOverlap=True)),
            alt.Y("jobs:Q", title="Jobs", axis=alt.Axis(format=",d", tickMinStep=1)),
            alt.Color("outcome:N", title=None, scale=alt.Scale(domain=list(OUTCOMES), range=list(_OUTCOME_COLOURS))),
            alt.Order("rank:Q"),
        )
    )
    return card([chart], "Jobs per week", "by what became of them")


def error_rates(usage: pl.DataFrame) -> alt.LayerChart:
    """Share of ended jobs in error, for the tools with the most jobs in error.

    Args:
        usage: Rows of tool_usage, of one instance or overall.
    """
    ended = pl.col("ok") + pl.col("error")
    tools = usage.filter(pl.col("period") == "month", pl.col("tool_id") != "").group_by("tool_id").agg(_outcome_sums())
    top = (
        tools.filter(ended > 0)
        .sort("error", "ok", "tool_id", descending=[True, True, False])
        .head(SHOWN_TOOLS)
        .with_columns(rate=pl.col("error") / ended, label=_label())
        .with_columns(note=pl.format("{} of {}", pl.col("error"), ended))
    )
    base = alt.Chart(values(top)).encode(rows_axis())
    rate = alt.X(
        "rate:Q", title="Jobs in error", axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domain=[0, 1])
    )
    bars = base.mark_bar(color=RED).encode(rate)
    notes = base.mark_text(align="left", dx=4, color=QUIET).encode(rate, alt.Text("note:N"))
    return card([bars, notes], "Error rate", _most("jobs in error"))


def runtimes(resources: pl.DataFrame) -> alt.LayerChart:
    """Runtime of the tools with the most jobs: median, 95th percentile and longest, on a logarithmic axis.

    Args:
        resources: Rows of tool_resources, of one instance or overall.
    """
    top = _busiest(resources, "runtime_s").with_columns(pl.col("p50", "p95", "max").clip(1))
    axis = alt.Axis(values=[1, 10, 60, 600, 3600, 36_000, 86_400, 864_000], labelExpr=_TIME_LABEL)
    what = "dot: median, bar: to the 95th percentile, line: to the longest"
    return card(_spans(top, "Runtime", axis), "Runtime", f"{what}; {_most('jobs')}")


def memory(resources: pl.DataFrame) -> alt.LayerChart:
    """Memory used (median, 95th percentile, largest) against the median memory allocated.

    Args:
        resources: Rows of tool_resources, of one instance or overall.
    """
    keys = ["tool_id", "tool_version"]
    allocated = resources.filter(pl.col("quantity") == "memory_allocated_bytes").select(*keys, allocated=pl.col("p50"))
    top = (
        _busiest(resources, "memory_used_bytes")
        .join(allocated, on=keys, how="left", maintain_order="left")
        .with_columns(pl.col("p50", "p95", "max", "allocated") / 2**20)
    )
    axis = alt.Axis(values=[4**power for power in range(14)], labelExpr=_MIB_LABEL)
    ticks = (
        alt.Chart(values(top))
        .mark_tick(color=ORANGE, thickness=3, size=16)
        .encode(rows_axis(), alt.X("allocated:Q", title="Memory"))
    )
    what = "dot: median used, bar: to the 95th percentile, line: to the largest, orange: median allocated"
    return card([*_spans(top, "Memory", axis), ticks], "Memory allocated and used", f"{what}; {_most('jobs')}")


def _outcome_sums() -> list[pl.Expr]:
    return [pl.col(f"jobs_{outcome}").sum().alias(outcome) for outcome in OUTCOMES]


def _ranks() -> dict[str, int]:
    return {outcome: rank for rank, outcome in enumerate(OUTCOMES)}


def _busiest(resources: pl.DataFrame, quantity: str) -> pl.DataFrame:
    """The tool versions with the most evidence for a quantity, with a label each."""
    of_tools = resources.filter(pl.col("quantity") == quantity, pl.col("jobs") > 0)
    top = of_tools.sort("jobs", "tool_id", "tool_version", descending=[True, False, False]).head(SHOWN_TOOLS)
    return top.with_columns(label=pl.concat_str(_label(), pl.col("tool_version"), separator=" ").str.strip_chars())


def _label() -> pl.Expr:
    """The tool's short name where it means one tool, else its whole id."""
    short = short_id(pl.col("tool_id"))
    return pl.when(pl.col("tool_id").n_unique().over(short) == 1).then(short).otherwise("tool_id")


def _spans(rows: pl.DataFrame, title: str, axis: alt.Axis) -> list[alt.Chart]:
    """For every row a line from p50 to max, a bar from p50 to p95 and a dot at p50."""
    base = alt.Chart(values(rows)).encode(rows_axis())
    x = alt.X("p50:Q", title=title, axis=axis, scale=alt.Scale(type="log", nice=False, padding=12))
    return [
        base.mark_rule(color=PALE_BLUE).encode(x, alt.X2("max:Q")),
        base.mark_rule(color=PALE_BLUE, strokeWidth=8).encode(x, alt.X2("p95:Q")),
        base.mark_circle(color=BLUE, size=70, opacity=1).encode(x),
    ]


def _bar_size(bars: int) -> float:
    """Bars fill most of the width but never grow broad where they are few."""
    return min(40.0, 0.85 * WIDTH / max(1, bars))


def _most(what: str) -> str:
    return f"the {SHOWN_TOOLS} tools with the most {what}"
