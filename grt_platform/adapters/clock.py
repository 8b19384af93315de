"""The time that all machines agree on: that of the database server, whatever the clock of this machine says."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from grt_platform.adapters.database import LightDatabase
from grt_platform.kernel.errors import UnavailableError

_FRESH_S = 60.0
_NOW = "SELECT clock_timestamp() AS now"


class ServerClock:
    """The clock of a Postgres server: it is asked once a minute, between that seconds are counted here.

    While the server does not answer it goes on by itself; before the first answer it is this machine's.

    Args:
        url: The database.
        steady: Counts seconds, and never jumps.
    """

    def __init__(self, url: str, *, steady: Callable[[], float] = time.monotonic) -> None:
        self._database, self._steady = LightDatabase(url, patience_s=0) if url else None, steady
        self._told: datetime | None = None
        self._told_s = -_FRESH_S

    def now(self) -> datetime:
        """The time, UTC."""
        if self._database is not None and self._steady() - self._told_s >= _FRESH_S:
            self._ask(self._database)
        if self._told is None:
            return datetime.now(UTC)
        return self._told + timedelta(seconds=self._steady() - self._told_s)

    def _ask(self, database: LightDatabase) -> None:
        try:
            with database.connection() as connection:
                began = self._steady()
                row = connection.execute(_NOW).fetchone()
        except UnavailableError:
            return
        told = row["now"] if row is not None else None
        assert isinstance(told, datetime)
        self._told, self._told_s = told.astimezone(UTC), (began + self._steady()) / 2


@cache
def server_clock(url: str) -> ServerClock:
    """The clock of a server, one for this process; of none, this machine's."""
    return ServerClock(url)
