"""Every pool is known to Dagster before a run asks for it.

Two runs that ask for a new pool at the same moment both note it, and Dagster 1.13 fails the slower one: the other's row
breaks its Postgres transaction.
"""

import time
from collections.abc import Callable, Mapping

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

_TRIES, _PAUSE_S = 120, 1.0


def note_pools(pools: Mapping[str, int | None], *, pause: Callable[[float], None] = time.sleep) -> None:
    """The instance knows these pools; waits while its storage starts.

    One without a number of slots has the default limit, or what people set. Gives up after two minutes: the pools are
    then noted by the first runs that ask for them.
    """
    for _ in range(_TRIES):
        try:
            with dg.DagsterInstance.get() as instance:
                storage = instance.event_log_storage
                limits = {limit.name: limit.limit for limit in storage.get_pool_limits()}
                for name, slots in pools.items():
                    if slots is not None and limits.get(name) != slots:
                        storage.set_concurrency_slots(name, slots)
                    elif name not in limits:
                        storage.initialize_concurrency_limit_to_default(name)
        except SQLAlchemyError:
            pause(_PAUSE_S)
        else:
            return
