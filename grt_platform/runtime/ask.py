"""One SQL question to the warehouse by a role that can only read."""

import psycopg
from psycopg.rows import dict_row

from grt_platform.kernel.errors import BadInputError, GrtError, UnavailableError

# Classes of SQLSTATE: connection, resources, shutdown, system, internal.
_NOT_THE_QUESTION = {"08", "53", "57", "58", "XX"}


def ask(reader_url: str, query: str) -> list[dict[str, object]]:
    """The rows of the answer.

    Args:
        reader_url: Address of the warehouse with the read-only role.
        query: One statement; writing, or leaving the read-only transaction, is refused by the server.

    Raises:
        BadInputError: The statement is wrong or not allowed.
        UnavailableError: The server does not answer.
    """
    if not reader_url:
        raise BadInputError("No warehouse yet: start the platform with `grt up`, or set GRT_WAREHOUSE_READER_URL")
    try:
        with psycopg.connect(reader_url, row_factory=dict_row, connect_timeout=5) as connection:
            connection.read_only = True
            # Only a prepared statement is sure to be one statement.
            cursor = connection.execute(query.encode(), prepare=True)
            return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        raise _told(error) from error


def _told(error: psycopg.Error) -> GrtError:
    what, code = str(error).partition("\n")[0], error.sqlstate or ""
    if code == psycopg.errors.ReadOnlySqlTransaction.sqlstate:
        return BadInputError(f"`grt sql` only reads: {what}")
    if code == psycopg.errors.QueryCanceled.sqlstate:
        return BadInputError(f"The question took too long ({what}): narrow it with WHERE")
    if not code or code[:2] in _NOT_THE_QUESTION:
        return UnavailableError(f"The warehouse does not answer ({what}): is the platform up?")
    return BadInputError(f"The database refuses this statement: {what}")
