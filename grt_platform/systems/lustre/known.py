"""What directories and quotas told at a time, read from the snapshots in the raw store."""

from datetime import UTC, date, datetime

import polars as pl

from grt_platform.adapters.store import Store
from grt_platform.systems.lustre.asking import archived_key
from grt_platform.systems.lustre.logic.archived import ARCHIVED_SCHEMA, read_archived
from grt_platform.systems.lustre.logic.groups import GROUPS_SCHEMA, read_groups
from grt_platform.systems.lustre.logic.quotas import QUOTAS_SCHEMA, read_quotas
from grt_platform.systems.lustre.logic.usage import Known
from grt_platform.systems.lustre.snapshots import Snapshots


def moment_of(volume_totals: pl.LazyFrame) -> datetime:
    """Up to when what was told counts for a dump: the end of its date, or its reception where that was earlier.

    What comes after a dump was loaded does not change it, so a rebuild gives the same rows. Where none is loaded (any
    more) nothing has to be named, and any moment will do.
    """
    moments = volume_totals.select(pl.min_horizontal("as_of_at", "received_at").alias("at")).collect()["at"]
    return next(iter(moments), datetime.min.replace(tzinfo=UTC))


def groups_at(store: Store, moment: datetime) -> tuple[pl.DataFrame, datetime | None]:
    """The groups as known at a moment, each gid once, and when they were asked."""
    snapshot = Snapshots(store, "groups").of(moment)
    if snapshot is None:
        return pl.DataFrame(schema=GROUPS_SCHEMA), None
    return read_groups(snapshot.data, snapshot.key), snapshot.taken_at


def known_at(store: Store, dumped_on: date, volume: str, moment: datetime) -> Known:
    """Everything that joins the numbers of one dump."""
    groups, groups_taken_at = groups_at(store, moment)
    snapshot = Snapshots(store, "quotas").of(moment)
    quotas = read_quotas(snapshot.data, snapshot.key) if snapshot else pl.DataFrame(schema=QUOTAS_SCHEMA)
    of_volume = quotas.filter(pl.col("volume") == volume).select("group_name", "quota_bytes", "inode_quota")
    quotas_taken_at = snapshot.taken_at if snapshot else None
    return Known(groups, of_volume, _archived(store, dumped_on, volume), groups_taken_at, quotas_taken_at)


def _archived(store: Store, dumped_on: date, volume: str) -> pl.DataFrame:
    key = archived_key(dumped_on, volume)
    if store.head(key) is None:
        return pl.DataFrame(schema=ARCHIVED_SCHEMA)
    return read_archived(store.read(key), key)
