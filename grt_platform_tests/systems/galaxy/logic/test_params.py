"""popular_params: choices people made, and none of what Galaxy wrote for itself."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.systems.galaxy import schemas
from grt_platform.systems.galaxy.logic.frames import OVERALL
from grt_platform.systems.galaxy.logic.params import SHOWN_CHARACTERS, TOP, popular_params
from grt_platform.systems.galaxy.schemas import POPULAR_PARAMS, overall
from grt_platform_tests.systems.galaxy.logic.product_rows import BOWTIE, B, frame, job, jobs


def param(job_id: int, name: str, value: str | None, **more) -> dict:
    return {"job_id": job_id, "name": name, "value": value, **more}


def popular(*rows: dict, tool_id: str | None = "cat1") -> list[tuple]:
    ids = sorted({row["job_id"] for row in rows})
    frame_of_params = frame(schemas.PARAMS, list(rows))
    found = popular_params(frame_of_params, jobs(*(job(n, tool_id) for n in ids)))
    assert found.schema == POPULAR_PARAMS.polars_schema()
    return found.select("name", "value", "jobs", "share").rows()


def stored(value: object) -> str:
    """As Galaxy exports a value: JSON inside a JSON string."""
    return json.dumps(json.dumps(value))


def test_values_are_shown_as_people_chose_them():
    rows = [param(1, "sort", stored("by name")), param(2, "sort", stored(value=False)), param(3, "n", stored(1))]
    assert popular(*rows) == [("n", "1", 1, 1.0), ("sort", "by name", 1, 0.5), ("sort", "false", 1, 0.5)]


def test_the_share_counts_jobs_whose_value_was_withheld():
    rows = [param(1, "k", stored("a")), param(2, "k", stored(None)), param(3, "k", None), param(4, "k", stored(""))]
    assert popular(*rows) == [("k", "a", 1, 0.25)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__HISTORY_TO_EXPORT__", stored("1")),
        ("__workflow_invocation_uuid__", stored("2cb3")),
        ("outer|__current_case__", stored(0)),
        ("chromInfo", stored("/srv/len/hg19.len")),
        ("input1", stored({"values": [{"src": "hda", "id": 1}]})),
        ("input1", json.dumps(json.dumps({"a": json.dumps({"src": "hda"})}))),
        ("file_type", '"null"'),
        ("file_type", "null"),
    ],
)
def test_what_galaxy_wrote_for_itself_is_left_out(name, value):
    assert popular(param(1, name, value)) == []


def test_a_long_value_is_cut_and_values_equal_after_the_cut_are_one():
    rows = popular(param(1, "q", stored("x" * 500 + "a")), param(2, "q", stored("x" * 500 + "b")))
    assert rows == [("q", "x" * (SHOWN_CHARACTERS - 1) + "…", 2, 1.0)]


def test_only_the_most_used_values_are_kept():
    rows = [param(n, "q", stored(f"v{min(n, 50)}")) for n in range(60)]
    found = popular(*rows)
    assert len(found) == TOP
    assert ("q", "v50", 10, pytest.approx(1 / 6)) in found


@pytest.mark.parametrize(
    "value", ["", "not json", '"half', "[" * 5000, '"\\ud800"', '"\\"\\\\ud800\\""', "1" * 5000, "\u0000", "NaN"]
)
def test_a_value_that_is_not_what_galaxy_writes_is_still_only_text(value):
    assert [row[2] for row in popular(param(1, "q", value))] == [1]


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_text_breaks_it(value):
    assert all(len(row[1]) <= SHOWN_CHARACTERS for row in popular(param(1, "q", value)))


def test_versions_and_instances_join_and_jobs_without_a_tool_are_left_out():
    rows = frame(
        schemas.PARAMS,
        [param(1, "k", stored("a")), param(1, "k", stored("a"), instance_id=B), param(3, "k", stored("a"))],
    )
    of = jobs(job(1, f"{BOWTIE}/1"), job(1, f"{BOWTIE}/2", instance_id=B), job(3, None))
    assert popular_params(rows, of).height == 2
    together = popular_params(rows, of, OVERALL)
    assert together.rows() == [(BOWTIE, "k", "a", 2, 1.0)]
    assert together.schema == overall(POPULAR_PARAMS).polars_schema()
