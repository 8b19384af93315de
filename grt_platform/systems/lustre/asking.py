"""Asking for groups and quotas: a new snapshot in raw, or the last good one, marked stale."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import UnavailableError
from grt_platform.systems.lustre.logic.archived import archived_csv
from grt_platform.systems.lustre.logic.groups import groups_csv, read_groups
from grt_platform.systems.lustre.logic.quotas import quotas_csv
from grt_platform.systems.lustre.snapshots import Snapshots
from grt_platform.systems.lustre.sources import GroupsSource, QuotasSource, probe

Folders = Mapping[str, tuple[str, ...]]
GROUPFILE, PASSWDFILE = "groupfile", "passwdfile"
"""Kinds of the texts beside the table of groups: group(5) and passwd(5)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking.

    Attributes:
        taken_at: When the snapshot that is now the newest was taken; None where there is none.
        is_stale: Whether that is an old one.
        rows: How many rows the newest has; None for an old one.
        warnings: What people should look at.
    """

    taken_at: datetime | None
    is_stale: bool
    rows: int | None
    warnings: tuple[str, ...] = ()


def ask_groups(store: Store, source: GroupsSource | None, now: datetime) -> Asked:
    """Keeps what the directory tells."""
    snapshots = Snapshots(store, "groups")
    if source is None:
        return _stale(snapshots, "nobody is set who knows groups: set GRT_LDAP_URL or GRT_LUSTRE_GROUPS_FILE")
    try:
        found = source.fetch()
    except UnavailableError as error:
        return _stale(snapshots, str(error))
    beside = {GROUPFILE: found.group_text, PASSWDFILE: found.passwd_text}
    snapshots.keep(now, groups_csv(found.frame), beside)
    return Asked(now, is_stale=False, rows=found.frame.height, warnings=found.warnings)


def ask_quotas(store: Store, source: QuotasSource | None, volumes: Sequence[str], now: datetime) -> Asked:
    """Keeps the quotas of volumes for all groups of the newest snapshot."""
    snapshots, groups = Snapshots(store, "quotas"), Snapshots(store, "groups").newest()
    if source is None:
        return _stale(snapshots, "nobody is set who knows quotas: set GRT_LUSTRE_QUOTAS_FILE or run where `lfs` is")
    names = read_groups(groups.data, groups.key)["group_name"].to_list() if groups else []
    if not (volumes and names):
        return _stale(snapshots, f"no {'group' if volumes else 'volume'} is known yet whose quotas could be asked for")
    try:
        found = source.fetch(sorted(volumes), sorted(names))
    except UnavailableError as error:
        return _stale(snapshots, str(error))
    snapshots.keep(now, quotas_csv(found.frame))
    return Asked(now, is_stale=False, rows=found.frame.height, warnings=found.warnings)


def ask_archived(store: Store, dumped_on: date, volume: str, small: Iterable[str], folders: Folders) -> tuple[str, ...]:
    """Looks once for each volume and date which small groups are archived, and keeps the answer; returns warnings.

    A file system only knows today: an answer that is kept stays, so that a rebuild gives the same rows.
    """
    key = archived_key(dumped_on, volume)
    if store.head(key) is not None:
        return ()
    seen = probe(volume, small, folders)
    store.put(key, archived_csv(seen.found), only_if_absent=True)
    return seen.warnings


def archived_key(dumped_on: date, volume: str) -> str:
    """Where the answer for a volume and date is kept."""
    return f"lustre/archived/{dumped_on:%Y%m%d}_{volume}.csv"


def _stale(snapshots: Snapshots, reason: str) -> Asked:
    newest = snapshots.newest()
    instead = f"the snapshot of {newest.taken_at:%Y-%m-%d %H:%M} UTC stays" if newest else "there is none yet"
    warning = f"{snapshots.kind}: {reason}; {instead}"
    return Asked(newest.taken_at if newest else None, is_stale=True, rows=None, warnings=(warning,))
