"""Rows of `jobs.jobs`: as values, and moved from state to state by one conditional UPDATE each."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.job import ENDED, TRANSITIONS, Act, Job, JobState

COLUMNS = ", ".join(f"j.{field.name}" for field in fields(Job))
FENCE = "j.job_id = %(job_id)s::uuid AND j.attempt = %(attempt)s AND (j.run_id IS NULL OR j.run_id = %(run_id)s::text)"
"""True for the row of an attempt that is still the present one; another run of the same attempt is not it."""


def job_of(row: Mapping[str, Any]) -> Job:
    """The row as a value; columns that a job does not have are left out."""
    values = {field.name: row[field.name] for field in fields(Job)}
    return Job(**{**values, "state": JobState(row["state"]), "warnings": tuple(row["warnings"])})


def move(
    connection: Connection, act: Act, where: str, params: Mapping[str, object], *, actor: str, also: str = ""
) -> list[Job]:
    """Let the act happen to the rows it may meet; returns those that it changed, as they are now.

    Args:
        connection: In a transaction or not: it is one statement.
        act: What happens; rows in a state that it does not meet stay as they are.
        where: Which rows, with `j` for the table.
        params: Values for the names in `where` and `also`.
        actor: Who does it, for the history.
        also: Further assignments, `, column = value, ...`; the right sides see the row as it was.
    """
    meets = TRANSITIONS[act]
    cases = " ".join(f"WHEN '{source}' THEN '{end}'" for source, end in meets.items())
    target = f"CASE j.state {cases} END"
    ended = ", ".join(f"'{state}'" for state in sorted(ENDED))
    sql = f"""
        UPDATE jobs.jobs AS j
        SET state = {target}, moved_by = %(actor)s,
            ended_at = CASE WHEN {target} IN ({ended}) THEN clock_timestamp() END{also}
        WHERE j.state = ANY(%(meets)s) AND {where}
        RETURNING {COLUMNS}
    """
    given = {**params, "actor": actor, "meets": [str(state) for state in meets]}
    return [job_of(row) for row in connection.execute(sql.encode(), given).fetchall()]


def as_json(value: object, what: str) -> str:
    """The value as Postgres stores it in a column of type jsonb.

    Raises:
        BadInputError: It holds a NUL or a number that JSON does not have.
    """
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise BadInputError(f"{what} holds a number that JSON does not have; use a finite one") from error
    if "\\u0000" in text:
        raise BadInputError(f"{what} holds a NUL character; remove it")
    return text
