"""The sums that must be right: bytes of gids against lines, of dumps against rows and splits; dates of volumes."""

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


def split_counts(splits: pl.DataFrame, skipped: int, bad: int, totals: pl.DataFrame) -> dict[str, int]:
    """What a date's split made of its lines, and how many lines the scans of its dumps found.

    Args:
        splits: Rows of `lustre/product/group_splits` of the date.
        skipped: Lines in no split.
        bad: Bad lines that the split met.
        totals: Rows of `lustre/table/volume_totals` of the dumps that were cut.
    """
    return {
        "lines_in_splits": int(splits["lines"].sum()),
        "lines_skipped": skipped,
        "bad_lines": bad,
        "lines_of_dumps": int(totals["lines"].sum()),
        "bad_lines_of_dumps": int(totals["quarantined"].sum()),
    }


def lost_in_splits(counts: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with a date's split, by its `split_counts`."""
    kept, skipped, bad = counts["lines_in_splits"], counts["lines_skipped"], counts["bad_lines"]
    if kept + skipped + bad != counts["lines_of_dumps"]:
        yield f"{kept} lines in splits + {skipped} skipped + {bad} bad; {counts['lines_of_dumps']} in the dumps"
    if bad != counts["bad_lines_of_dumps"]:
        yield f"{bad} bad lines, of which the dumps have {counts['bad_lines_of_dumps']}"


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
