"""One SQL question to the warehouse by a role that can only read."""

import psycopg
from psycopg.rows import dict_row

from grt_platform.kernel.errors import BadInputError, UnavailableError


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
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise BadInputError(f"`grt sql` only reads: {_first_line(error)}") from error
    except psycopg.errors.QueryCanceled as error:
        raise BadInputError(f"The question took too long ({_first_line(error)}): narrow it with WHERE") from error
    except (psycopg.ProgrammingError, psycopg.DataError, psycopg.errors.FeatureNotSupported) as error:
        raise BadInputError(f"The database refuses this statement: {_first_line(error)}") from error
    except psycopg.OperationalError as error:
        raise UnavailableError(f"The warehouse does not answer ({_first_line(error)}): is the platform up?") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
