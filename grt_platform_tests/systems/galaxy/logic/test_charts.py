"""Pictures: the same rows give the same picture, hostile names are only text, and nothing is fetched."""

import json
import struct
from datetime import UTC, datetime, timedelta

import pytest
from polars.testing import assert_frame_equal

from grt_platform.systems.galaxy.logic import charts
from grt_platform.systems.galaxy.logic.resources import tool_resources
from grt_platform.systems.galaxy.logic.usage import tool_usage
from grt_platform_tests.systems.galaxy.logic.product_rows import (
    NOON,
    job,
    jobs,
    measured,
    metrics,
    sample_jobs,
    sample_metrics,
)

ODD = ["<script>alert(1)</script>", "a\"b'c", "{{x}}", "\u202egnp", "datum.value", "x" * 400, "\u732b", ""]


@pytest.fixture(scope="module")
def usage():
    return tool_usage(sample_jobs()).collect()


@pytest.fixture(scope="module")
def resources():
    return tool_resources(sample_jobs(), sample_metrics())


def pictures(usage, resources) -> dict:
    return {
        "weeks": charts.jobs_per_week(usage),
        "errors": charts.error_rates(usage),
        "runtimes": charts.runtimes(resources),
        "memory": charts.memory(resources),
    }


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def values(chart) -> list[dict]:
    (rows,) = chart.to_dict()["datasets"].values()
    return rows


@pytest.mark.parametrize("name", ["weeks", "errors", "runtimes", "memory"])
def test_a_picture_of_the_sample_day_is_drawn_and_drawn_the_same_again(usage, resources, name):
    first, second = (charts.png(pictures(usage, resources)[name]) for _ in range(2))
    assert first == second
    width, height = size(first)
    assert 900 < width < 1800
    assert 500 < height < 1200


def test_a_picture_needs_nothing_from_outside(usage, resources):
    for chart in pictures(usage, resources).values():
        document = chart.to_dict()
        assert document["background"] == "#ffffff"
        del document["$schema"]
        assert "http" not in json.dumps(document)


def test_empty_products_and_odd_names_are_drawn_too(usage, resources):
    for chart in pictures(usage.clear(), resources.clear()).values():
        assert size(charts.png(chart))
    of = jobs(*(job(number, name) for number, name in enumerate(ODD)))
    peaks = metrics(*(measured(n, runtime_seconds=0, memory__peak=1, galaxy_memory_mb=1) for n in range(len(ODD))))
    for chart in pictures(tool_usage(of).collect(), tool_resources(of, peaks)).values():
        assert size(charts.png(chart))


def test_weeks_without_jobs_stand_as_gaps():
    of = jobs(job(1), job(2, created_at=NOON - timedelta(weeks=3)))
    totals: dict[str, int] = {}
    for row in values(charts.jobs_per_week(tool_usage(of).collect())):
        totals[row["starts_on"]] = totals.get(row["starts_on"], 0) + row["jobs"]
    assert totals == {"2022-06-06": 1, "2022-06-13": 0, "2022-06-20": 0, "2022-06-27": 1}


def test_only_the_last_two_years_of_weeks_are_shown():
    of = jobs(job(1), job(2, created_at=datetime(1970, 1, 1, tzinfo=UTC)))
    weeks = {row["starts_on"] for row in values(charts.jobs_per_week(tool_usage(of).collect()))}
    assert (len(weeks), max(weeks)) == (charts.SHOWN_WEEKS, "2022-06-27")


def test_the_tools_with_the_most_errors_come_first():
    of = jobs(
        *(job(n, "rarely", "error" if n == 0 else "ok") for n in range(10)),
        *(job(n, "always", "error") for n in range(10, 13)),
    )
    rows = values(charts.error_rates(tool_usage(of).collect()))
    assert [(row["label"], row["note"]) for row in rows] == [("always", "3 of 3"), ("rarely", "1 of 10")]


def test_two_tools_of_one_short_name_keep_their_whole_ids():
    ids = ["h.org/repos/a/r/t", "h.org/repos/b/r/t", "h.org/repos/b/r/u"]
    rows = values(charts.error_rates(tool_usage(jobs(*(job(n, i, "error") for n, i in enumerate(ids)))).collect()))
    assert sorted(row["label"] for row in rows) == [*ids[:2], "u"]


def test_two_versions_of_a_tool_share_its_short_name():
    of = jobs(job(1, "h.org/repos/a/r/t/1"), job(2, "h.org/repos/a/r/t/2"), job(3, "h.org/repos/a/r/t/2"))
    rows = values(charts.runtimes(tool_resources(of, metrics(*(measured(n, runtime_seconds=9) for n in (1, 2, 3))))))
    assert [row["label"] for row in rows] == ["t 2", "t 1"]


def test_drawing_changes_no_product(usage, resources):
    before = usage.clone()
    pictures(usage, resources)
    assert_frame_equal(usage, before)
