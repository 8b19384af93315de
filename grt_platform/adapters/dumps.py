"""Whole databases as files, by Postgres' own pg_dump and pg_restore; passwords go by the environment alone."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from psycopg.conninfo import conninfo_to_dict

from grt_platform.adapters.embedded_postgres import binaries
from grt_platform.adapters.postgres import available, connect, place
from grt_platform.kernel.errors import BadInputError, UnavailableError

_VARIABLES = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
              "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
              "sslkey": "PGSSLKEY", "options": "PGOPTIONS"}  # fmt: skip
_PLAIN = ("--no-owner", "--no-privileges")
_OWN = "SELECT count(*) AS n FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
_COPY_BYTES = 1 << 20


def server_major(url: str) -> int:
    """The major version of the server."""
    with connect(url) as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
    assert row is not None
    return int(str(row["server_version_num"])) // 10_000


def is_empty(url: str) -> bool:
    """Whether the database holds no table at all."""
    with connect(url) as connection, available("look at its tables"):
        row = connection.execute(_OWN).fetchone()
    return row is not None and row["n"] == 0


def program(name: str, major: int) -> Path:
    """`pg_dump` or `pg_restore` that understands a server of this major version: the machine's, else the embedded one.

    Raises:
        UnavailableError: Neither is new enough.
    """
    on_path = shutil.which(name)
    for path in [*([Path(on_path)] if on_path else []), binaries() / name]:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)", told)
        if version is not None and int(version[1]) >= major:
            return path
    raise UnavailableError(f"No {name} of Postgres {major} or newer is here: install postgresql-client-{major}")


def dump(url: str, target: BinaryIO, *, snapshot: str = "") -> None:
    """The database is in `target` as of one moment, in the custom format of pg_dump.

    Args:
        url: The database.
        target: Where the bytes go; memory does not grow with them.
        snapshot: That moment, as `pg_export_snapshot` names it; empty takes now.

    Raises:
        UnavailableError: pg_dump failed; with its last words.
    """
    moment = (f"--snapshot={snapshot}",) if snapshot else ()
    command: list[Path | str] = [program("pg_dump", server_major(url)), "--format=custom", *_PLAIN, *moment]
    with _running(command, url, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        shutil.copyfileobj(process.stdout, target, _COPY_BYTES)


def load(url: str, source: BinaryIO) -> None:
    """The empty database is as the dump says, all of it or, when that fails, as it was before.

    Raises:
        BadInputError: It is not empty.
        UnavailableError: pg_restore failed; with its last words.
    """
    if not is_empty(url):
        raise BadInputError(
            f"The database {place(url)} holds tables already: give an empty one, nothing is overwritten"
        )
    once = ("--single-transaction", "--exit-on-error", f"--dbname={conninfo_to_dict(url).get('dbname', '')}")
    command: list[Path | str] = [program("pg_restore", server_major(url)), *_PLAIN, *once]
    with _running(command, url, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        try:
            shutil.copyfileobj(source, process.stdin, _COPY_BYTES)
            process.stdin.close()
        except BrokenPipeError:
            return  # it ended before it had read all; its last words say why


@contextmanager
def _running(
    command: list[Path | str], url: str, *, stdin: int | IO[bytes], stdout: int | IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    name = Path(command[0]).name
    with subprocess.Popen(
        command, env=_environment(url), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        assert process.stderr is not None
        words = process.stderr.read().decode(errors="replace").strip().splitlines()
    if process.returncode:
        raise UnavailableError(f"{name} of {place(url)} failed: {words[-1] if words else 'it said nothing'}")


def _environment(url: str) -> Mapping[str, str]:
    parts = conninfo_to_dict(url)
    return {**os.environ, **{_VARIABLES[key]: str(value) for key, value in parts.items() if key in _VARIABLES}}
