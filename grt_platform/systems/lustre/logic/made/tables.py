"""The side inputs that go with made dumps: files of groups, people and quotas, as people would keep them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from grt_platform.systems.lustre.logic.groups import Faults, Person, passwd_text
from grt_platform.systems.lustre.logic.made.people import KNOWN_GROUPS, USERS, uid_of

_SPARE_PERCENT = (104, 150, 97, 0, 300, 180)
"""Quotas in percent of what is used at first, by group: soon full, full already, 0 for unlimited."""
_KIB = 1024


def groups_file() -> bytes:
    """The file for GRT_LUSTRE_GROUPS_FILE: every group but those of unknown gids."""
    rows = ((group.gid, group.name, group.pi or "", str(group.is_humgen).lower()) for group in KNOWN_GROUPS)
    return _csv(("gid", "name", "pi", "is_humgen"), rows)


def passwd_file() -> bytes:
    """The file for GRT_LUSTRE_PASSWD_FILE: every user."""
    gid = KNOWN_GROUPS[0].gid
    people = (Person(f"user{n}", uid_of(n), gid, f"User {n}", f"/nfs/users/user{n}", "/bin/bash") for n in range(USERS))
    return passwd_text(people, Faults())


def quotas_file(used: Mapping[str, pl.DataFrame]) -> bytes:
    """The file for GRT_LUSTRE_QUOTAS_FILE.

    Some groups will be full soon, some are, some are unlimited, and every seventh is not told.

    Args:
        used: By volume what `generate` told of the first dump's groups.
    """
    return _csv(
        ("volume", "group", "block_limit_kib", "inode_limit"),
        (row for volume, groups in sorted(used.items()) for row in _quotas(volume, groups)),
    )


def _quotas(volume: str, groups: pl.DataFrame) -> Iterable[Sequence[object]]:
    names = {group.gid: (number, group.name) for number, group in enumerate(KNOWN_GROUPS) if number % 7 != 6}
    for gid, used_bytes, inodes in groups.select("gid", "used_bytes", "inodes").iter_rows():
        if gid in names:
            number, name = names[gid]
            spare = _SPARE_PERCENT[number % len(_SPARE_PERCENT)]
            yield volume, name, -(-used_bytes * spare // 100 // _KIB), inodes * (spare + 20) // 100 if spare else 0


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return sink.getvalue().encode()
