"""Quotas by volume and group, as CSV and read from it: hard limits and what the file system counts itself.

The file that people keep where there is no `lfs` (GRT_LUSTRE_QUOTAS_FILE) has the columns volume, group,
block_limit_kib, inode_limit; 0 is unlimited, an empty cell unknown. Snapshots have those of QUOTAS_SCHEMA.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from grt_platform.systems.lustre.logic.groups import Faults, table
from grt_platform.systems.lustre.logic.names import scratch

QUOTAS_SCHEMA = pl.Schema({
    "volume": pl.String,
    "group_name": pl.String,
    "quota_bytes": pl.Int64,
    "inode_quota": pl.Int64,
    "quota_used_bytes": pl.Int64,
    "quota_used_inodes": pl.Int64,
})  # fmt: skip
"""Hard limits (0 unlimited, NULL unknown) and what is used of them, as the file system says."""
_FILE_COLUMNS = ("volume", "group", "block_limit_kib", "inode_limit")
_KEY = ("volume", "group_name")
_NUMBERS = ("quota_bytes", "inode_quota", "quota_used_bytes", "quota_used_inodes")
_KIB = 1024
_MOST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Quotas:
    """What somebody told of quotas, whole.

    Attributes:
        frame: QUOTAS_SCHEMA, each volume and group once, sorted.
        warnings: What people should look at, one sentence for each kind of fault and each volume.
    """

    frame: pl.DataFrame
    warnings: tuple[str, ...] = ()


def quotas_csv(frame: pl.DataFrame) -> bytes:
    """The frame as CSV: the same quotas give the same bytes."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(QUOTAS_SCHEMA.names())
    writer.writerows(frame.select(QUOTAS_SCHEMA.names()).sort(_KEY).iter_rows())
    return sink.getvalue().encode()


def read_quotas(data: bytes, source: str) -> pl.DataFrame:
    """The quotas of a snapshot.

    Raises:
        BadInputError: It is no such table.
    """
    rows = [
        (row["volume"], row["group_name"], *(_number(row[name], 1) for name in _NUMBERS))
        for _, row in table(data, source, QUOTAS_SCHEMA.names())
    ]
    return pl.DataFrame(rows, schema=QUOTAS_SCHEMA, orient="row")


def read_quotas_file(data: bytes, source: str) -> Quotas:
    """The quotas of a CSV that people keep; a bad cell is unknown, of a repeated row the first counts, both are told.

    Raises:
        BadInputError: It is no CSV in UTF-8, or the header lacks a column.
    """
    faults, kept = Faults(), dict[tuple[str, str], tuple[int | None, int | None]]()
    for line, row in table(data, source, _FILE_COLUMNS):
        key = scratch(row["volume"]), row["group"]
        if not all(key):
            faults.add(f"{source}: a row without volume and group is left out", f"line {line}")
        elif key in kept:
            faults.add(f"{source}: a volume and group occur again, the first row counts", f"line {line}")
        else:
            limits = _number(row["block_limit_kib"], _KIB), _number(row["inode_limit"], 1)
            cells = row["block_limit_kib"], row["inode_limit"]
            if any(cell and limit is None for cell, limit in zip(cells, limits, strict=True)):
                faults.add(f"{source}: a limit is no whole number and counts as unknown", f"line {line}")
            kept[key] = limits
    rows = [(*key, *limits, None, None) for key, limits in sorted(kept.items())]
    return Quotas(pl.DataFrame(rows, schema=QUOTAS_SCHEMA, orient="row"), faults.sentences())


def _number(text: str, unit: int) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) * unit if is_number and int(text) * unit <= _MOST else None


def unknown(missing: Mapping[str, Sequence[str]], groups: int, reason: str) -> tuple[str, ...]:
    """One warning for each volume that some groups have no known quota on.

    Args:
        missing: Those groups by volume.
        groups: How many groups were asked for.
        reason: What was told of the first of them.
    """
    return tuple(
        f"{volume}: the quotas of {len(names)} of {groups} groups are unknown, those of {names[0]!r} first ({reason})"
        for volume, names in missing.items()
        if names
    )
