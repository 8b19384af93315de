"""The reports of a date as files in the store of products: the old eight columns, and the same tidy."""

import hashlib
import re
from datetime import date

import polars as pl

from grt_platform.adapters.store import Store
from grt_platform.systems.lustre.logic.report_tsv import report_tsv
from grt_platform.systems.lustre.schemas import REPORT_FILES

FOLDER = "lustre/reports/"
_NAME = re.compile(r"report-([0-9]{4})([0-9]{2})([0-9]{2})\.tsv")


def write_reports(store: Store, dumped_on: date, group_usage: pl.DataFrame) -> pl.DataFrame:
    """The files are those of these rows; returns the rows of `lustre/product/report_files`.

    A date without rows has no files.
    """
    texts = _texts(dumped_on, group_usage)
    for name, data in texts.items():
        if group_usage.is_empty():
            store.delete(FOLDER + name)
        else:
            store.put(FOLDER + name, data)
    return report_files(dumped_on, group_usage)


def report_files(dumped_on: date, group_usage: pl.DataFrame) -> pl.DataFrame:
    """Rows of `lustre/product/report_files` when the report of a date is that of these rows of group_usage."""
    volumes = sorted(group_usage["volume"].unique())
    rows = [
        {
            "dumped_on": dumped_on,
            "file": name,
            "volumes": ",".join(volumes),
            "rows": group_usage.height,
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for name, data in _texts(dumped_on, group_usage).items()
        if volumes
    ]
    return pl.DataFrame(rows, schema=REPORT_FILES.polars_schema())


def _texts(dumped_on: date, group_usage: pl.DataFrame) -> dict[str, bytes]:
    """The bytes of each file by its name."""
    stem = f"report-{dumped_on:%Y%m%d}"
    tidy = group_usage.sort("volume", "gid").write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ").encode()
    return {f"{stem}.tsv": report_tsv(group_usage, sorted(group_usage["volume"].unique())), f"{stem}.csv": tidy}


def reported(store: Store) -> set[date]:
    """Dates that have a report."""
    names = (_NAME.fullmatch(fact.key.removeprefix(FOLDER)) for fact in store.list(FOLDER))
    return {date(*map(int, name.groups())) for name in names if name}
