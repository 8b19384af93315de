"""The charts of lustre's pages: groups inside their quotas, one group's past and what is expected of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from grt_platform.serving.page import Row
from grt_platform.web import shown
from grt_platform.web.charts import Chart

SHOWN_GROUPS: Final = 25
_TIB = 2**40
_COLOURS = {"good": "#2a9d8f", "warn": "#e0a100", "bad": "#d1495b", "": "#8d99ae"}
_PARTS, _DASHES = ("used", "expected", "hard limit"), ((1, 0), (6, 4), (2, 3))
_ROW_HEIGHT = 22
_LABELS, _DAYS = {"labelLimit": 220}, {"format": "%Y-%m-%d", "labelOverlap": True}


def name_of(row: Mapping[str, Any]) -> str:
    """The group's name, its number where no directory knows one."""
    return row["group_name"] or f"gid {row['gid']}"


def against_quota(rows: Sequence[Row], mark: Mapping[int, str]) -> Chart:
    """What groups use as bars in the colour of their status, inside their hard limits.

    Args:
        rows: Groups with `status`, in the order of the chart.
        mark: `good`, `warn` or `bad` by warning level.
    """
    values = [_bar(row, mark) for row in rows]
    order = [value["group"] for value in values]  # nulls of one layer would change it
    x = {"type": "quantitative", "title": "TiB"}
    spec = {
        "height": _ROW_HEIGHT * max(2, len(rows)),
        "encoding": {
            "y": {"field": "group", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 220}}
        },
        "layer": [
            {
                "mark": {"type": "bar", "color": "#9aa6b2", "opacity": 0.35, "tooltip": True},
                "encoding": {"x": {"field": "limit", **x}},
            },
            {
                "mark": {"type": "bar", "size": 9, "tooltip": True},
                "encoding": {
                    "x": {"field": "used", **x},
                    "color": {
                        "field": "mark",
                        "legend": None,
                        "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
                    },
                },
            },
        ],
    }
    worst = max(rows, key=lambda row: row["used_fraction"] or 0.0)
    told = f"{len(rows)} groups; the fullest is {name_of(worst)} with {shown.percent(worst['used_fraction'])}."
    return Chart("Used (colour: status) inside the hard limit (pale)", told, values, spec)


def _bar(row: Row, mark: Mapping[int, str]) -> dict[str, Any]:
    """One group's bar."""
    return {
        "group": f"{name_of(row)} on {row['volume']}",
        "used": row["used_bytes"] / _TIB,
        "limit": row["quota_bytes"] / _TIB if row["quota_bytes"] else None,
        "status": row["warning"] or "unknown",
        "mark": mark.get(row["warning_level"], ""),
    }


def past_and_future(past: Sequence[Row], coming: Sequence[Row], on: date) -> Chart:
    """What a group used on each volume, its hard limits, and the line to a date.

    Args:
        past: Rows of the history.
        coming: Rows of forecasts, each with `expected_bytes` on the date.
        on: The date.
    """
    rows = [_point(row, row["dumped_on"], "used", row["used_bytes"]) for row in past]
    rows += [_point(row, row["dumped_on"], "hard limit", row["quota_bytes"]) for row in _corners(past)]
    for row in coming:
        rows += [
            _point(row, row["dumped_on"], "expected", row["used_bytes"]),
            _point(row, on, "expected", row["expected_bytes"]),
        ]
        rows += [_point(row, on, "hard limit", row["quota_bytes"])] if row["quota_bytes"] else []
    spec = {
        "height": 320,
        "mark": {"type": "line", "tooltip": True},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "title": None,
                "axis": {"format": "%Y-%m-%d", "labelOverlap": True},
            },
            "y": {"field": "tib", "type": "quantitative", "title": "TiB"},
            "color": {"field": "volume", "title": None},
            "strokeDash": {
                "field": "part",
                "title": None,
                "scale": {"domain": _PARTS, "range": [[1, 0], [6, 4], [2, 3]]},
            },
        },
    }
    told = "; ".join(
        f"{row['volume']}: {shown.size(row['used_bytes'])} now, {shown.size(row['expected_bytes'])} expected on {on}"
        for row in coming
    )
    return Chart("What it used, what is expected, and its hard limits", told, rows, spec)


def _corners(past: Sequence[Row]) -> list[Row]:
    """Of the rows with a hard limit those that its line needs: its ends and the days around every change."""
    lines = dict[tuple[str, int], list[Row]]()
    for row in past:
        lines.setdefault((row["volume"], row["gid"]), []).append(row)
    return [
        row
        for line in lines.values()
        for row, *around in zip(line, (None, *line[:-1]), (*line[1:], None), strict=True)
        if row["quota_bytes"] and any(each is None or each["quota_bytes"] != row["quota_bytes"] for each in around)
    ]


def _point(row: Row, day: date, part: str, value: float) -> Row:
    return {"day": day, "volume": f"{row['volume']} {name_of(row)}", "part": part, "tib": value / _TIB}
