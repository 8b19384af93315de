"""The register of uploads of genes: what was begun, how it is to be read, which job reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation

from grt_platform.adapters.database import Database
from grt_platform.adapters.job_board import JobBoard, Submission, Submitted
from grt_platform.systems.genes.logic.options import AlphabetName, OnInvalid, OnRepeat, Options

_COLUMNS = (
    "upload_id, project, file_name, alphabet, on_invalid, on_repeat, user_id, user_name, created_at, job_id, "
    "idempotency_key"
)


@dataclass(frozen=True, slots=True)
class UploadRow:
    """One upload."""

    upload_id: str
    project: str
    file_name: str
    alphabet: AlphabetName
    on_invalid: OnInvalid
    on_repeat: OnRepeat
    user_id: str
    user_name: str
    created_at: datetime
    job_id: str | None = None
    idempotency_key: str | None = None

    @property
    def options(self) -> Options:
        """How it is read."""
        return Options(self.alphabet, self.on_invalid, self.on_repeat)


def add(database: Database, row: UploadRow) -> bool:
    """Enter an upload; False where its maker entered one under the same key before."""
    names = _COLUMNS.split(", ")
    values = ", ".join(f"%({name})s" for name in names)
    given: dict[str, Any] = {name: getattr(row, name) for name in names}
    try:
        with database.connection() as connection:
            connection.execute(f"INSERT INTO genes.uploads ({_COLUMNS}) VALUES ({values})".encode(), given)
    except UniqueViolation:
        return False
    return True


def find(database: Database, upload_id: str) -> UploadRow | None:
    """The upload of this id, or that the job of this id parses; None where there is none."""
    sql = f"SELECT {_COLUMNS} FROM genes.uploads WHERE upload_id = %(id)s::uuid OR job_id = %(id)s::uuid"
    rows = database.fetch(sql, {"id": upload_id})
    return UploadRow(**rows[0]) if rows else None


def find_by_key(database: Database, project: str, user_id: str, key: str) -> UploadRow | None:
    """The upload that this person began under the key."""
    sql = f"SELECT {_COLUMNS} FROM genes.uploads WHERE project = %s AND user_id = %s::uuid AND idempotency_key = %s"
    rows = database.fetch(sql, [project, user_id, key])
    return UploadRow(**rows[0]) if rows else None


def set_job(database: Database, upload_id: str, job_id: str) -> None:
    """The upload is parsed by this job."""
    with database.connection() as connection:
        connection.execute(
            b"UPDATE genes.uploads SET job_id = %s::uuid WHERE upload_id = %s::uuid", [job_id, upload_id]
        )


def stored_without_job(database: Database, most: int) -> list[UploadRow]:
    """Uploads of which the bytes are there and that nobody has given a job, the oldest first."""
    columns = ", ".join(f"u.{name}" for name in _COLUMNS.split(", "))
    sql = (
        f"SELECT {columns} FROM genes.uploads AS u JOIN objects.versions AS v ON v.version_id = u.upload_id "
        "WHERE u.job_id IS NULL AND v.state = 'stored' ORDER BY v.stored_at, u.upload_id LIMIT %s"
    )
    return [UploadRow(**row) for row in database.fetch(sql, [most])]


def submit(database: Database, row: UploadRow) -> Submitted:
    """The job that parses the upload: one and the same, however often and by whomever the upload is announced."""
    asked = {
        "upload_id": row.upload_id,
        "file_name": row.file_name,
        "alphabet": row.alphabet,
        "on_invalid": row.on_invalid,
        "on_repeat": row.on_repeat,
    }
    pins, key = {"version_id": row.upload_id}, f"upload {row.upload_id}"
    asked_by = Submission("genes", "parse", row.project, row.user_id, row.user_name, asked, pins, 0, key)
    submitted = JobBoard(database).submit(asked_by)
    set_job(database, row.upload_id, submitted.job.job_id)
    return submitted


def newest(database: Database, project: str, before: datetime | None, limit: int) -> list[UploadRow]:
    """Uploads of a project, the newest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM genes.uploads WHERE project = %s AND (%s::timestamptz IS NULL OR created_at < %s) "
        "ORDER BY created_at DESC, upload_id DESC LIMIT %s"
    )
    return [UploadRow(**row) for row in database.fetch(sql, [project, before, before, limit])]


def forget(database: Database, upload_id: str) -> None:
    """The upload is not in the register."""
    with database.connection() as connection:
        connection.execute(b"DELETE FROM genes.uploads WHERE upload_id = %s::uuid", [upload_id])
