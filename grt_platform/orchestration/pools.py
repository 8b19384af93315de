"""Every pool is known to Dagster before a run asks for it.

Two runs that ask for a new pool at the same moment both note it, and Dagster 1.13 fails the slower one: the other's row
breaks its Postgres transaction.

The server around makes Dagster's tables at a first start. Whoever makes them at the same time can break that, so they
are waited for, not made.
"""

import time
from collections.abc import Callable, Mapping

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from grt_platform.adapters.database import LightDatabase
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import settings

_TRIES, _PAUSE_S = 120, 1.0


def note_pools(pools: Mapping[str, int | None], *, pause: Callable[[float], None] = time.sleep) -> None:
    """The instance knows these pools; waits while its storage starts.

    One without a number of slots has the default limit, or what people set. Gives up after two minutes: the pools are
    then noted by the first runs that ask for them.
    """
    for _ in range(_TRIES):
        try:
            if _has_tables():
                _note(pools)
                return
        except (SQLAlchemyError, UnavailableError):
            pass  # it starts
        pause(_PAUSE_S)


def _has_tables() -> bool:
    """Whether the last storage that Dagster makes is begun: then an instance makes none of its own."""
    url = settings().dagster_url.get_secret_value()
    return not url or bool(LightDatabase(url).fetch("SELECT 1 AS one WHERE to_regclass('jobs') IS NOT NULL"))


def _note(pools: Mapping[str, int | None]) -> None:
    with dg.DagsterInstance.get() as instance:
        storage = instance.event_log_storage
        limits = {limit.name: limit.limit for limit in storage.get_pool_limits()}
        for name, slots in pools.items():
            if slots is not None and limits.get(name) != slots:
                storage.set_concurrency_slots(name, slots)
            elif name not in limits:
                storage.initialize_concurrency_limit_to_default(name)
