"""Pruning of Dagster's Postgres: steps' chatter and what workers answered go, runs and materializations stay."""

from psycopg import errors

from grt_platform.adapters.postgres import available, connect

_CHATTER = [
    "ASSET_CHECK_EVALUATION_PLANNED",
    "ASSET_MATERIALIZATION_PLANNED",
    "ENGINE_EVENT",
    "HANDLED_OUTPUT",
    "LOADED_INPUT",
    "LOGS_CAPTURED",
    "RESOURCE_INIT_STARTED",
    "RESOURCE_INIT_SUCCESS",
    "STEP_INPUT",
    "STEP_OUTPUT",
    "STEP_START",
    "STEP_WORKER_STARTED",
    "STEP_WORKER_STARTING",
]
_PRUNE = b"""
DELETE FROM event_logs WHERE id = ANY (ARRAY (
    SELECT id FROM event_logs
    WHERE timestamp < (now() AT TIME ZONE 'UTC') - make_interval(days => %s)
      AND (dagster_event_type IS NULL OR dagster_event_type = ANY (%s))
    ORDER BY id LIMIT %s))
"""

_PRUNE_RESULTS = b"""
DELETE FROM grt_step_results WHERE date_done < (now() AT TIME ZONE 'UTC') - make_interval(days => %s)
"""
RESULTS_DAYS = 7  # a run has long read them; the broker gives no message again after its consumer_timeout of a week


def prune(url: str, *, older_than_days: int, batch: int = 20_000) -> int:
    """Delete old events that no page but a run's own log shows, in small transactions; returns how many.

    Args:
        url: Postgres of Dagster's storage, with or without SQLAlchemy's driver in its scheme.
        older_than_days: Age from which events go.
        batch: Events per transaction.
    """
    connection = connect(_plain(url))
    connection.autocommit = True
    pruned = 0
    with connection, available("prune Dagster's event log"):
        while True:
            try:
                count = connection.execute(_PRUNE, [older_than_days, _CHATTER, batch]).rowcount
            except errors.UndefinedTable:
                return 0
            pruned += count
            if count < batch:
                return pruned


def prune_results(url: str, *, older_than_days: int = RESULTS_DAYS) -> int:
    """Delete what workers answered so long ago; returns how many answers."""
    connection = connect(_plain(url))
    connection.autocommit = True
    with connection, available("prune the answers of workers"):
        try:
            return connection.execute(_PRUNE_RESULTS, [older_than_days]).rowcount
        except errors.UndefinedTable:
            return 0


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg2://", "postgresql://", 1)
