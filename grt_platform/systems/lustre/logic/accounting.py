"""The sums that must be right: bytes of gids against lines, lines of the dump against rows, dates of volumes."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl


def lost_lines(ledger: pl.DataFrame, entries: int, quarantined: int) -> Iterator[str]:
    """What is wrong with the lines of one dump.

    Args:
        ledger: Rows of `lustre/table/ledger` of one volume and date.
        entries: Rows of `lustre/table/entries`.
        quarantined: Rows of `lustre/table/quarantine`.
    """
    loaded = ledger.filter(pl.col("status") == "loaded")
    told = loaded.select(pl.sum("rows_in", "rows_loaded", "rows_quarantined")).row(0)
    if told[0] != told[1] + told[2]:
        yield f"{told[0]} lines came in, {told[1]} + {told[2]} are accounted for"
    if (told[1], told[2]) != (entries, quarantined):
        yield f"the ledger tells of {told[1]} entries and {told[2]} bad lines, the tables hold {entries}, {quarantined}"


def unequal_sums(sums: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """Tables whose used bytes and inodes are not those of the entries.

    Args:
        sums: Used bytes and inodes by noun, among them `entries`.
    """
    used, inodes = sums["entries"]
    for noun, found in sums.items():
        if found != (used, inodes):
            yield f"{noun} tells of {found[0]} bytes in {found[1]} inodes, the entries of {used} in {inodes}"


def late_volumes(days: pl.DataFrame, today: date, patience: timedelta) -> Iterator[str]:
    """Volumes of which no dump was loaded for longer than the patience.

    Args:
        days: `volume` and `dumped_on` of every loaded dump.
        today: The date.
        patience: How long a volume may be silent.
    """
    newest = days.group_by("volume").agg(pl.col("dumped_on").max()).sort("volume")
    for volume, dumped_on in newest.iter_rows():
        if dumped_on < today - patience:
            yield f"the newest dump of {volume} is of {dumped_on}"
