"""What Dagster is asked is what it understands: every question is checked against the schema of the locked version."""

import pytest
from dagster_graphql.schema import create_schema
from graphql import parse, validate

from grt_platform.adapters import dagster_api as api

ASKED = {
    "backfill": api._LAUNCH,
    "where it stands": api._BACKFILL,
    "runs": api._RUNS,
    "run on a partition": api._LAUNCH_JOB + api._LAUNCHED,
    "run": api._LAUNCH_RUN + api._LAUNCHED,
    "end": api._TERMINATE,
}


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED.keys())
def test_every_question_is_one_that_dagster_knows(question):
    assert validate(create_schema().graphql_schema, parse(question)) == []
