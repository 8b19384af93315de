"""Turns at something outside that may be asked only so often and by so many at once, whichever process asks.

Postgres keeps the order: a row holds the moment of the next turn, advisory locks are the places. Both are let go by a
process that dies.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from grt_platform.adapters.database import Database
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.session_lock import give_back, take
from grt_platform.kernel.errors import UnavailableError

_POLL_S = 0.05
_NEXT = """
INSERT INTO platform.turns AS t (name, next_at) VALUES (%(name)s, clock_timestamp() + %(every)s * interval '1 second')
ON CONFLICT (name) DO UPDATE SET next_at = greatest(t.next_at, clock_timestamp()) + %(every)s * interval '1 second'
RETURNING greatest(extract(epoch FROM next_at - clock_timestamp()) - %(every)s, 0)::float8 AS wait_s
"""


class Turns:
    """Turns at one thing.

    Args:
        database: The Postgres that all processes of the platform share.
        name: What is asked.
        per_second: Most turns that begin in a second.
        at_once: Most turns at the same time.
        patience_s: How long a free place is waited for.
        sleep: Waits that many seconds.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        *,
        per_second: float,
        at_once: int,
        patience_s: float = 600,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database, self._name, self._every_s = database, name, 1 / per_second
        self._places, self._patience_s, self._sleep = _places(name, at_once), patience_s, sleep

    @contextmanager
    def turn(self) -> Iterator[None]:
        """It is our turn until the block ends.

        Raises:
            UnavailableError: No place became free within the patience.
        """
        with self._database.connection() as connection:
            self._take_place(connection)
            [row] = connection.execute(_NEXT, {"name": self._name, "every": self._every_s}).fetchall()
            self._sleep(float(str(row["wait_s"])))
            try:
                yield
            finally:
                give_back(connection)

    def _take_place(self, connection: Connection) -> None:
        waited_s = 0.0
        while not any(take(connection, place) for place in self._places):
            if waited_s >= self._patience_s:
                raise UnavailableError(f"{self._name} was busy for {waited_s:.0f} s: all its places are taken")
            self._sleep(_POLL_S)
            waited_s += _POLL_S


def _places(name: str, at_once: int) -> list[int]:
    first = int.from_bytes(sha256(f"turns {name}".encode()).digest()[:7], "big")
    return [first + place for place in range(at_once)]
