"""The register of machines in Postgres: what is planned, what exists, what it said, until it is confirmed gone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.adapters.session_lock import give_back, take
from grt_platform.systems.ena.logic.files import ReadsFile
from grt_platform.systems.ena.logic.machines import ANSWERABLE, EXISTING, MachineRow, State
from grt_platform.systems.ena.logic.orders import RunFile
from grt_platform.systems.ena.logic.secrets import is_token

_COLUMNS = """batch_id, taxonomy_id, state, attempt, machine_id, ip, planned_at, deadline_at, polled_at, reason,
provider"""
_PLAN = """
INSERT INTO ena.machines AS m (batch_id, taxonomy_id, provider, machine_name, state, attempt, planned_at)
SELECT batch_id, %(taxon)s, %(provider)s, batch_id, 'planned', 1, %(now)s FROM unnest(%(batches)s::text[]) AS batch_id
ON CONFLICT (batch_id) DO UPDATE SET state = 'planned', attempt = m.attempt + 1, provider = excluded.provider,
  planned_at = excluded.planned_at, machine_id = NULL, ip = NULL, reason = NULL, price_usd_per_h = NULL,
  created_at = NULL, deadline_at = NULL, polled_at = NULL, answered_at = NULL, collected_at = NULL, destroyed_at = NULL
WHERE m.state = 'destroyed'
"""
_LOOKED_AFTER = f"""
SELECT {_COLUMNS} FROM ena.machines
WHERE state = ANY(%(existing)s) AND (%(taxon)s::bigint IS NULL OR taxonomy_id = %(taxon)s)
UNION ALL (
  SELECT {", ".join(f"m.{name.strip()}" for name in _COLUMNS.split(","))}
  FROM ena.machines m JOIN ena.taxa t USING (taxonomy_id)
  WHERE m.state = 'planned' AND (%(taxon)s::bigint IS NULL OR taxonomy_id = %(taxon)s)
    AND t.stage = 0 AND t.needs_attention = '' AND NOT t.is_removing
  ORDER BY t.priority DESC, m.planned_at, m.batch_id
  LIMIT greatest(%(most)s - (SELECT count(*) FROM ena.machines WHERE state = ANY(%(existing)s)), 0))
"""
_HOME = r"""
SELECT m.batch_id FROM ena.machines m JOIN ena.batches b USING (taxonomy_id, batch_id)
LEFT JOIN ena.fetched_reads f ON f.taxonomy_id = b.taxonomy_id AND f.batch_id = b.batch_id AND f.md5 = b.md5
  AND f.size_bytes = b.size_bytes AND f.path = b.run_accession || '/' || substring(b.location FROM '[^/]*$')
WHERE m.state <> 'destroyed' GROUP BY m.batch_id HAVING bool_and(f.path IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine says of itself, checked for its form."""

    batch_id: str
    is_ready: bool
    error: str


class Heard:
    """What becomes of a report."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    REPLAYED = "replayed"
    LATE = "late"


class Register:
    """The machines of all taxa.

    Args:
        database: The Postgres that holds the schema `ena`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, taxonomy_id: int, batch_ids: Sequence[str], provider: str, now: datetime) -> None:
        """Each batch has a machine planned, or its living one; plans of other batches of the taxon are dropped."""
        told = {"taxon": taxonomy_id, "provider": provider, "now": now, "batches": list(batch_ids)}
        with self._database.transaction() as connection:
            connection.execute(
                """DELETE FROM ena.machines
                   WHERE taxonomy_id = %(taxon)s AND state = 'planned' AND NOT batch_id = ANY(%(batches)s)""",
                told,
            )
            connection.execute(_PLAN, told)

    def living(self, taxonomy_id: int | None = None) -> list[MachineRow]:
        """The machines that are not yet gone, the longest planned first; of one taxon or all."""
        rows = self._database.fetch(
            f"""SELECT {_COLUMNS} FROM ena.machines WHERE state <> 'destroyed' AND (%(taxon)s::bigint IS NULL
                OR taxonomy_id = %(taxon)s) ORDER BY planned_at, batch_id""",
            {"taxon": taxonomy_id},
        )
        return [_machine(row) for row in rows]

    def get(self, batch_id: str) -> MachineRow | None:
        """The machine of a batch."""
        rows = self._database.fetch(f"SELECT {_COLUMNS} FROM ena.machines WHERE batch_id = %s", [batch_id])
        return _machine(rows[0]) if rows else None

    def drop_plans(self) -> None:
        """Nothing is planned for taxa that are not tracked any more."""
        with self._database.connection() as connection:
            connection.execute(
                """DELETE FROM ena.machines m WHERE state = 'planned'
                   AND NOT EXISTS (SELECT FROM ena.taxa t WHERE t.taxonomy_id = m.taxonomy_id)"""
            )

    def looked_after(self, most: int, taxonomy_id: int | None = None) -> list[MachineRow]:
        """The machines that exist, and as many planned ones as may be made until there are `most`, the next first."""
        rows = self._database.fetch(_LOOKED_AFTER, {"taxon": taxonomy_id, "most": most, "existing": list(EXISTING)})
        return [_machine(row) for row in rows]

    def is_known(self, taxonomy_id: int) -> bool:
        """Whether a machine was ever planned for the taxon."""
        return bool(self._database.fetch("SELECT 1 FROM ena.machines WHERE taxonomy_id = %s LIMIT 1", [taxonomy_id]))

    def files(self, batch_id: str) -> list[RunFile]:
        """The files of a batch, as they are served."""
        rows = self._database.fetch(
            "SELECT run_accession, location, size_bytes, md5 FROM ena.batches WHERE batch_id = %s ORDER BY location",
            [batch_id],
        )
        return [RunFile(r["run_accession"], ReadsFile(r["location"], r["size_bytes"], r["md5"])) for r in rows]

    def home(self) -> set[str]:
        """The batches of living machines whose files all stand among the verified ones at home."""
        return {str(row["batch_id"]) for row in self._database.fetch(_HOME)}

    def rows(self) -> list[dict[str, Any]]:
        """Every machine there ever was, the living ones first."""
        return self._database.fetch("SELECT * FROM ena.machines ORDER BY state = 'destroyed', planned_at, batch_id")

    def existing(self) -> int:
        """How many machines may exist now, over all taxa."""
        sql = "SELECT count(*) AS machines FROM ena.machines WHERE state = ANY(%s)"
        return int(self._database.fetch(sql, [list(EXISTING)])[0]["machines"])

    @contextmanager
    def alone(self, batch_id: str) -> Iterator[bool]:
        """Whether this process alone looks after the machine while the block runs; let go by a process that dies."""
        key = int.from_bytes(sha256(f"ena machine {batch_id}".encode()).digest()[:8], "big", signed=True)
        with self._database.connection() as connection:
            is_ours = take(connection, key)
            try:
                yield is_ours
            finally:
                give_back(connection)

    def begin(self, batch_id: str, most: int) -> bool:
        """A planned machine may be created: noted before its provider is asked. False when `most` machines exist."""
        with self._database.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('ena machines'))")
            done = connection.execute(
                """UPDATE ena.machines SET state = 'creating' WHERE batch_id = %(batch)s AND state = 'planned'
                   AND (SELECT count(*) FROM ena.machines WHERE state = ANY(%(existing)s)) < %(most)s""",
                {"batch": batch_id, "existing": list(EXISTING), "most": most},
            )
            return done.rowcount == 1

    def made(
        self, batch_id: str, machine_id: str, price_usd_per_h: Decimal, created_at: datetime, work: timedelta
    ) -> None:
        """The provider has made the machine; it should be done with its work within `work`."""
        self._set(
            batch_id,
            "machine_id = %(id)s, price_usd_per_h = %(price)s, created_at = %(created)s, deadline_at = %(deadline)s",
            id=machine_id,
            price=price_usd_per_h,
            created=created_at,
            deadline=created_at + work,
        )

    def active(self, batch_id: str, ip: str) -> None:
        """The machine answers at this address; one that has reported already stays as it reported."""
        self._set(batch_id, "ip = %(ip)s, state = CASE state WHEN 'creating' THEN 'active' ELSE state END", ip=ip)

    def polled(self, batch_id: str, now: datetime) -> None:
        """The machine was looked at and is still at work."""
        self._set(batch_id, "polled_at = %(now)s", now=now)

    def found(self, report: Report, now: datetime) -> bool:
        """What was found on the machine stands as its report, unless it has reported itself; whether it does."""
        with self._database.connection() as connection:
            return (
                connection.execute(
                    """UPDATE ena.machines
                   SET state = %(state)s, reason = %(error)s, answered_at = %(now)s, polled_at = NULL
                   WHERE batch_id = %(batch)s AND state = ANY(%(answerable)s)""",
                    {**_told(report), "now": now, "answerable": list(ANSWERABLE)},
                ).rowcount
                == 1
            )

    def hear(self, report: Report, token: str, key: bytes, now: datetime) -> str:
        """A machine's own report: one of `Heard`; only the first of the present attempt changes anything."""
        row = self.get(report.batch_id)
        if row is None or not is_token(token, key, report.batch_id, row.attempt):
            return Heard.UNKNOWN
        if row.state not in ANSWERABLE:
            return Heard.REPLAYED
        if row.deadline_at is not None and now > row.deadline_at + (row.deadline_at - row.planned_at):
            return Heard.LATE
        return Heard.TAKEN if self.found(report, now) else Heard.REPLAYED

    def restarted(self, batch_id: str, now: datetime, work: timedelta) -> None:
        """A person has looked: the machine's work begins again, as a new attempt with a token of its own."""
        self._set(
            batch_id,
            """state = 'active', attempt = attempt + 1, reason = NULL, answered_at = NULL, polled_at = %(now)s,
               deadline_at = %(deadline)s""",
            now=now,
            deadline=now + work,
        )

    def failed(self, batch_id: str, reason: str) -> None:
        """Something is wrong with the machine or its files; it stays as it is until a person has looked."""
        self._set(batch_id, "state = 'error', reason = %(reason)s", reason=reason)

    def collected(self, batch_id: str, now: datetime) -> None:
        """Every file of it is at home, verified and recorded: it may go."""
        self._set(batch_id, "state = 'collected', collected_at = coalesce(collected_at, %(now)s)", now=now)

    def destroyed(self, batch_id: str, now: datetime) -> None:
        """The provider has confirmed that it is gone."""
        self._set(batch_id, "state = 'destroyed', destroyed_at = %(now)s", now=now)

    def _set(self, batch_id: str, what: str, **values: object) -> None:
        with self._database.connection() as connection:
            connection.execute(
                f"UPDATE ena.machines SET {what} WHERE batch_id = %(batch)s".encode(), {**values, "batch": batch_id}
            )


def _told(report: Report) -> dict[str, object]:
    state = State.READY if report.is_ready else State.ERROR
    return {"batch": report.batch_id, "state": state, "error": None if report.is_ready else report.error}


def _machine(row: Mapping[str, Any]) -> MachineRow:
    return MachineRow(**{**row, "state": State(row["state"])})
