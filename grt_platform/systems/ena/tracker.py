"""The tracker in Postgres: one row per taxon; every change is one transaction over the locked row."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.ena.logic.stages import STAGES, STOPPED, Taxon
from grt_platform.systems.ena.logic.taxon import read_taxon
from grt_platform.systems.ena.logic.tracker_csv import Refused, Tracked, read_tracker, write_tracker
from grt_platform.systems.ena.logic.wanted import Wanted

ADDED, TRACKED, INVALID = "added", "already tracked", "invalid"
MOST_PRIORITY = 1_000_000
_COLUMNS = """taxonomy_id, last_checked, droplet_ips, last_run_status, needs_attention, stage, priority,
generated_warning, extra"""
_MAY = f"needs_attention = '' AND priority > {STOPPED} AND NOT is_removing"
_DUE = f"""
SELECT {_COLUMNS}, changed_at FROM ena.taxa
WHERE {_MAY} AND (stage IN (2, 3, 4) OR stage = 1 AND last_run_status = 'in progress')
  AND (NOT generated_warning OR changed_at <= %(waited_since)s)
ORDER BY priority DESC, last_checked NULLS FIRST, taxonomy_id LIMIT %(most)s
"""
_RECHECK = f"""
UPDATE ena.taxa SET last_run_status = 'in progress', generated_warning = false, changed_at = %(now)s
WHERE {_MAY} AND stage = 1 AND last_run_status <> 'in progress'
  AND coalesce(last_checked, '-infinity') <= %(checked_by)s
RETURNING taxonomy_id
"""
_ADD = f"""
INSERT INTO ena.taxa ({_COLUMNS}, stage_name, is_removing, added_at, changed_at)
VALUES (%(taxonomy_id)s, %(last_checked)s, %(droplet_ips)s, %(last_run_status)s, %(needs_attention)s, %(stage)s,
        %(priority)s, %(generated_warning)s, %(extra)s, %(stage_name)s, false, %(now)s, %(now)s)
ON CONFLICT (taxonomy_id) DO NOTHING
"""
_CHANGE = """
UPDATE ena.taxa SET last_checked = %(last_checked)s, droplet_ips = %(droplet_ips)s,
  last_run_status = %(last_run_status)s, needs_attention = %(needs_attention)s, stage = %(stage)s,
  stage_name = %(stage_name)s, priority = %(priority)s, generated_warning = %(generated_warning)s,
  changed_at = %(now)s
WHERE taxonomy_id = %(taxonomy_id)s
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one argument."""

    given: str
    outcome: str
    detail: str = ""


class Tracker:
    """The tracked taxa.

    Args:
        database: The Postgres that holds the schema `ena`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, texts: Iterable[str], now: datetime) -> list[Answered]:
        """Every argument is answered, in its order: added, already tracked, or invalid with why."""
        with self._database.transaction() as connection:
            return [_added(connection, text, now) for text in texts]

    def due(self, most: int, now: datetime, retry: timedelta) -> list[tuple[Taxon, datetime]]:
        """The taxa whose next stage may be done, each with its last change; the next one first.

        Args:
            most: How many.
            now: The time.
            retry: How long one is left alone after a warning.
        """
        rows = self._database.fetch(_DUE, {"waited_since": now - retry, "most": most})
        return [(_tracked(row).taxon, row["changed_at"]) for row in rows]

    def recheck(self, now: datetime, every: timedelta) -> list[int]:
        """The complete taxa that were not checked for so long, which are due from now on."""
        with self._database.connection() as connection:
            rows = connection.execute(_RECHECK.encode(), {"now": now, "checked_by": now - every}).fetchall()
        return sorted(int(str(row["taxonomy_id"])) for row in rows)

    def finished(self) -> list[Taxon]:
        """The taxa whose machines were awaited, that have none any more, and that no person must look at."""
        sql = f"""SELECT {_COLUMNS} FROM ena.taxa t WHERE stage = 0 AND needs_attention = '' AND NOT EXISTS
                  (SELECT FROM ena.machines m WHERE m.taxonomy_id = t.taxonomy_id AND m.state <> 'destroyed')
                  ORDER BY taxonomy_id"""
        return [_tracked(row).taxon for row in self._database.fetch(sql)]

    def may_begin(self, taxonomy_id: int) -> bool:
        """Whether planned machines of the taxon may be made: it awaits them and is not leaving."""
        sql = "SELECT 1 FROM ena.taxa WHERE taxonomy_id = %s AND stage = 0 AND NOT is_removing"
        return bool(self._database.fetch(sql, [taxonomy_id]))

    def find(self, taxonomy_id: int) -> Taxon | None:
        """The taxon, None where it is not tracked."""
        rows = self._database.fetch(f"SELECT {_COLUMNS} FROM ena.taxa WHERE taxonomy_id = %s", [taxonomy_id])
        return _tracked(rows[0]).taxon if rows else None

    def get(self, taxonomy_id: int) -> Taxon:
        """The taxon.

        Raises:
            BadInputError: It is not tracked.
        """
        return self._one(taxonomy_id).taxon

    def wanted(self, taxonomy_id: int) -> Wanted:
        """The rules of a taxon.

        Raises:
            BadInputError: It is not tracked.
        """
        sql = "SELECT genome_size, min_depth, max_run_bytes FROM ena.taxa WHERE taxonomy_id = %s"
        rows = self._database.fetch(sql, [taxonomy_id])
        return Wanted(**rows[0]) if rows else _untracked(taxonomy_id)

    def change(self, taxonomy_id: int, step: Callable[[Taxon], Taxon], now: datetime) -> Taxon:
        """The taxon after `step`, which sees it as it is: nobody else changes it meanwhile.

        Raises:
            BadInputError: It is not tracked.
        """
        with self._database.transaction() as connection:
            return _changed(connection, taxonomy_id, step, now)

    def clear(self, taxonomy_id: int, now: datetime, work: timedelta = timedelta(days=1)) -> Taxon:
        """A person has looked: the taxon resumes at the stage that failed, its failed machines begin again.

        Args:
            taxonomy_id: Which.
            now: The time.
            work: How long the machines that are not done may take from now on.

        Raises:
            BadInputError: It is not tracked.
        """
        told = {"taxon": taxonomy_id, "deadline": now + work}
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE ena.machines SET reason = NULL WHERE taxonomy_id = %(taxon)s AND state = 'error'", told
            )
            connection.execute(
                """UPDATE ena.machines SET deadline_at = greatest(deadline_at, %(deadline)s)
                   WHERE taxonomy_id = %(taxon)s AND state IN ('creating', 'active') AND deadline_at IS NOT NULL""",
                told,
            )
            return _changed(connection, taxonomy_id, Taxon.cleared, now)

    def set_priority(self, taxonomy_id: int, priority: int, now: datetime) -> Taxon:
        """The taxon has this priority; below zero nothing is done for it.

        Raises:
            BadInputError: It is not tracked, or the priority is out of bounds.
        """
        if not STOPPED <= priority <= MOST_PRIORITY:
            raise BadInputError(f"priority {priority} is not between {STOPPED} (stopped) and {MOST_PRIORITY}")
        return self.change(taxonomy_id, lambda taxon: replace(taxon, priority=priority), now)

    def set_wanted(self, taxonomy_id: int, wanted: Wanted) -> None:
        """The taxon has these rules; the next check applies them.

        Raises:
            BadInputError: It is not tracked.
        """
        sql = "UPDATE ena.taxa SET genome_size = %s, min_depth = %s, max_run_bytes = %s WHERE taxonomy_id = %s"
        with self._database.connection() as connection:
            done = connection.execute(
                sql, [wanted.genome_size, wanted.min_depth, wanted.max_run_bytes, taxonomy_id]
            ).rowcount
        if not done:
            _untracked(taxonomy_id)

    def remove(self, taxonomy_id: int) -> bool:
        """The taxon leaves the tracker: at once (True), or once its machines are gone (False); nothing begins for it.

        Raises:
            BadInputError: It is not tracked.
        """
        with self._database.transaction() as connection:
            marked = connection.execute(
                "UPDATE ena.taxa SET is_removing = true WHERE taxonomy_id = %s", [taxonomy_id]
            ).rowcount
            if not marked:
                _untracked(taxonomy_id)
            return _is_removed(connection, taxonomy_id)

    def drained(self, taxonomy_id: int) -> bool:
        """Whether a taxon that is being removed has left now that one of its machines is gone."""
        with self._database.transaction() as connection:
            return _is_removed(connection, taxonomy_id)

    def rows(self, taxa: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """The tracker's rows, by taxon: all, or those of `taxa`."""
        where = "" if taxa is None else "WHERE taxonomy_id = ANY(%s)"
        return self._database.fetch(
            f"SELECT * FROM ena.taxa {where} ORDER BY taxonomy_id", [] if taxa is None else [list(taxa)]
        )

    def load(self, data: bytes, source: str, now: datetime) -> list[Answered]:
        """Every row of a tracker file is answered; taxa that are tracked already stay as they are.

        Raises:
            BadSourceError: It is no tracker file; nothing was taken.
        """
        found = list(read_tracker(data, source))
        with self._database.transaction() as connection:
            return [_loaded(connection, one, now) for one in found]

    def dump(self) -> bytes:
        """The tracker as `microfetch.csv`."""
        rows = self._database.fetch(f"SELECT {_COLUMNS} FROM ena.taxa ORDER BY taxonomy_id")
        return write_tracker(_tracked(row) for row in rows)

    def _one(self, taxonomy_id: int) -> Tracked:
        rows = self._database.fetch(f"SELECT {_COLUMNS} FROM ena.taxa WHERE taxonomy_id = %s", [taxonomy_id])
        return _tracked(rows[0]) if rows else _untracked(taxonomy_id)


def _changed(connection: Connection, taxonomy_id: int, step: Callable[[Taxon], Taxon], now: datetime) -> Taxon:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM ena.taxa WHERE taxonomy_id = %s FOR UPDATE".encode(), [taxonomy_id]
    ).fetchall()
    before = _tracked(rows[0]).taxon if rows else _untracked(taxonomy_id)
    after = step(before)
    if after != before:
        connection.execute(_CHANGE.encode(), {**_row(after), "now": now})
    return after


def _untracked(taxonomy_id: int) -> Any:
    raise BadInputError(f"taxon {taxonomy_id} is not tracked; `grt ena add {taxonomy_id}` tracks it")


def _added(connection: Connection, text: str, now: datetime) -> Answered:
    try:
        tracked = Tracked(Taxon(read_taxon(text)))
    except BadInputError as error:
        return Answered(text, INVALID, str(error))
    return Answered(text, ADDED if _insert(connection, tracked, now) else TRACKED)


def _loaded(connection: Connection, found: Tracked | Refused, now: datetime) -> Answered:
    if isinstance(found, Refused):
        return Answered(f"line {found.line}", INVALID, found.reason)
    return Answered(str(found.taxon.taxonomy_id), ADDED if _insert(connection, found, now) else TRACKED)


def _insert(connection: Connection, tracked: Tracked, now: datetime) -> bool:
    row = {**_row(tracked.taxon), "extra": json.dumps(dict(tracked.extra)), "now": now}
    return connection.execute(_ADD.encode(), row).rowcount == 1


def _is_removed(connection: Connection, taxonomy_id: int) -> bool:
    return (
        connection.execute(
            """
            DELETE FROM ena.taxa WHERE taxonomy_id = %(taxon)s AND is_removing AND NOT EXISTS
              (SELECT FROM ena.machines WHERE taxonomy_id = %(taxon)s AND state NOT IN ('planned', 'destroyed'))
            """,
            {"taxon": taxonomy_id},
        ).rowcount
        == 1
    )


def _row(taxon: Taxon) -> dict[str, object]:
    return {
        "taxonomy_id": taxon.taxonomy_id,
        "last_checked": taxon.last_checked,
        "droplet_ips": " ".join(taxon.droplet_ips),
        "last_run_status": taxon.last_run_status,
        "needs_attention": taxon.needs_attention,
        "stage": taxon.stage.number,
        "stage_name": taxon.stage.title,
        "priority": taxon.priority,
        "generated_warning": taxon.generated_warning,
    }


def _tracked(row: Mapping[str, Any]) -> Tracked:
    known = {name: row[name] for name in ("taxonomy_id", "last_checked", "last_run_status", "needs_attention")}
    rest = {name: row[name] for name in ("priority", "generated_warning")}
    ips = tuple(row["droplet_ips"].split())
    return Tracked(Taxon(**known, **rest, droplet_ips=ips, stage=STAGES[row["stage"]]), row["extra"])
