"""The charts of a tool: its jobs over time, how often they fail, what they need by the size of their inputs."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from grt_platform.serving.page import Row
from grt_platform.web import shown
from grt_platform.web.charts import Chart

OUTCOMES: Final = ("ok", "error", "other", "unfinished")
COLOURS: Final = ("#2a9d8f", "#d1495b", "#8d99ae", "#edae49")
_BLUE, _PALE, _ORANGE = "#3d86b8", "#8fbbd9", "#d97706"
_MONTHS = {"labelExpr": "utcFormat(toDate(datum.value), '%b %Y')"}
_DURATION = (
    "datum.value < 60 ? datum.value + ' s' : datum.value < 3600 ? datum.value / 60 + ' min' : "
    "datum.value < 86400 ? datum.value / 3600 + ' h' : datum.value / 86400 + ' d'"
)
_MEMORY = (
    "datum.value < 1024 ? datum.value + ' MiB' : datum.value < 1048576 ? datum.value / 1024 + ' GiB' : "
    "datum.value / 1048576 + ' TiB'"
)


def jobs_over_time(usage: Sequence[Row], period: str) -> Chart:
    """Jobs of every period by outcome; a period without jobs stands as a gap.

    Args:
        usage: Rows of `usage_over_time`, the newest first.
        period: `day`, `week` or `month`.
    """
    known = {row["starts_on"]: row for row in usage}
    rows = [
        {"starts_on": day, "outcome": outcome, "rank": rank, "jobs": known.get(day, {}).get(f"jobs_{outcome}", 0)}
        for day in every(period, min(known), max(known))
        for rank, outcome in enumerate(OUTCOMES)
    ]
    spec = {
        "height": 240,
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": _time(period),
            "y": {"field": "jobs", "type": "quantitative", "title": "Jobs", "axis": {"tickMinStep": 1, "format": ",d"}},
            "color": {"field": "outcome", "title": None, "scale": {"domain": OUTCOMES, "range": COLOURS}},
            "order": {"field": "rank"},
        },
    }
    jobs, last = sum(row["jobs"] for row in usage), max(known)
    told = f"{shown.number(jobs)} jobs from {min(known)} on; {shown.number(known[last]['jobs'])} in the last {period}."
    return Chart(f"Jobs per {period}, by what became of them", told, rows, spec)


def errors_over_time(usage: Sequence[Row], period: str) -> Chart:
    """The share of ended jobs in error of every period; one without ended jobs breaks the line."""
    known = {row["starts_on"]: row["error_rate"] for row in usage}
    rows = [{"starts_on": day, "error_rate": known.get(day)} for day in every(period, min(known), max(known))]
    share = {"field": "error_rate", "type": "quantitative", "title": "In error", "axis": {"format": "%"}}
    spec = {
        "height": 160,
        "mark": {
            "type": "line",
            "point": {"size": 30},
            "color": COLOURS[1],
            "tooltip": True,
            "invalid": "break-paths-filter-domains",
        },
        "encoding": {"x": _time(period), "y": {**share, "scale": {"domain": [0, 1]}}},
    }
    rates = [rate for rate in known.values() if rate is not None]
    told = f"Between {shown.percent(min(rates))} and {shown.percent(max(rates))}." if rates else "No job has ended."
    return Chart(f"Share of ended jobs in error, per {period}", told, rows, spec)


def runtime_by_input(bins: Sequence[Row]) -> Chart | None:
    """Median and 95th percentile of the runtime of every bin; None where no bin has one."""
    rows = [
        {"input": input_of(row), "jobs": row["jobs"], **_at_least(row, 1, "runtime_p50_s", "runtime_p95_s")}
        for row in bins
        if row["runtime_p50_s"] is not None
    ]
    axis = {"values": [1, 10, 60, 600, 3600, 36_000, 86_400, 864_000], "labelExpr": _DURATION}
    told = f"Median {shown.duration(rows[0]['runtime_p50_s'])} for the smallest inputs, " if rows else ""
    told += f"{shown.duration(rows[-1]['runtime_p50_s'])} for the largest." if rows else ""
    title = "Runtime by size of the inputs; dot: median, bar: to the 95th percentile"
    return Chart(title, told, rows, _spans("runtime_p50_s", "runtime_p95_s", axis, "Runtime")) if rows else None


def memory_by_input(bins: Sequence[Row]) -> Chart | None:
    """Median and 95th percentile of the memory peak of every bin, and what the rule suggests; None without any."""
    rows = [
        {
            "input": input_of(row),
            "jobs": row["memory_jobs"],
            "p50_mib": max(1.0, row["memory_p50_bytes"] / 2**20),
            "p95_mib": max(1.0, (row["memory_p95_bytes"] or row["memory_p50_bytes"]) / 2**20),
            "suggested_mib": row["suggested_memory_gb"] and row["suggested_memory_gb"] * 1024,
        }
        for row in bins
        if row["memory_p50_bytes"] is not None
    ]
    axis = {"values": [4**power for power in range(14)], "labelExpr": _MEMORY}
    spec = _spans("p50_mib", "p95_mib", axis, "Memory")
    suggested = {
        "transform": [{"filter": "isValid(datum.suggested_mib)"}],
        "mark": {"type": "tick", "color": _ORANGE, "thickness": 3, "size": 24, "tooltip": True},
        "encoding": {"y": {"field": "suggested_mib", "type": "quantitative"}},
    }
    spec = {**spec, "layer": [*spec["layer"], suggested]}
    told = f"Median {shown.size(rows[0]['p50_mib'] * 2**20)} for the smallest inputs, " if rows else ""
    told += f"{shown.size(rows[-1]['p50_mib'] * 2**20)} for the largest." if rows else ""
    title = "Memory by size of the inputs; dot: median, bar: to the 95th percentile, orange: suggested"
    return Chart(title, told, rows, spec) if rows else None


def input_of(row: Mapping[str, Any]) -> str:
    """The bin in words."""
    low, high = row["input_from_bytes"], row["input_below_bytes"]
    if low is None:
        return "unknown"
    return f"{shown.size(low)} and more" if high is None else f"{shown.size(low)} to {shown.size(high)}"


def every(period: str, first: date, last: date) -> list[date]:
    """The first day of every period from one to another, both inside."""
    days = [first]
    while days[-1] < last:
        days.append(_following(period, days[-1]))
    return days


def _time(period: str) -> dict[str, Any]:
    """The axis of periods: months by their names, others by their first day."""
    axis = {"labelAngle": -45, "labelOverlap": True, "grid": False, **(_MONTHS if period == "month" else {})}
    return {"field": "starts_on", "type": "ordinal", "title": None, "axis": axis}


def _following(period: str, day: date) -> date:
    if period == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + timedelta(days=7 if period == "week" else 1)


def _at_least(row: Mapping[str, Any], least: float, *names: str) -> dict[str, float]:
    """The values, large enough for a logarithmic axis."""
    return {name: max(least, row[name]) for name in names if row[name] is not None}


def _spans(low: str, high: str, axis: Mapping[str, Any], title: str) -> dict[str, Any]:
    """For every bin a bar from one value to another and a dot at the lower, on a logarithmic axis."""
    y = {
        "field": low,
        "type": "quantitative",
        "title": title,
        "axis": axis,
        "scale": {"type": "log", "nice": False, "padding": 16},
    }
    return {
        "height": 240,
        "encoding": {
            "x": {
                "field": "input",
                "type": "ordinal",
                "sort": None,
                "title": None,
                "axis": {"labelAngle": -30, "grid": False},
            }
        },
        "layer": [
            {
                "mark": {"type": "rule", "size": 8, "color": _PALE, "tooltip": True},
                "encoding": {"y": y, "y2": {"field": high}},
            },
            {
                "mark": {"type": "circle", "size": 70, "opacity": 1, "color": _BLUE, "tooltip": True},
                "encoding": {"y": y},
            },
        ],
    }
