"""The splits of a date: original lines by group, written to a local folder, then published with their index last."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import polars as pl

from grt_platform.adapters.keeping import sha256_of_file
from grt_platform.adapters.store import Store
from grt_platform.systems.lustre.asking import GROUPFILE, PASSWDFILE
from grt_platform.systems.lustre.known import groups_at
from grt_platform.systems.lustre.logic.clock import as_of
from grt_platform.systems.lustre.logic.kept import Kept
from grt_platform.systems.lustre.logic.split import SplitRules, split
from grt_platform.systems.lustre.logic.split_index import SplitFile, index_text
from grt_platform.systems.lustre.schemas import GROUP_SPLITS
from grt_platform.systems.lustre.shelf import Shelf
from grt_platform.systems.lustre.snapshots import Snapshots

FOLDER = "lustre/splits/"
INDEX, _SUFFIX = "index.txt", ".dat.gz"
_CHUNK = 1 << 20


class Cut(NamedTuple):
    """Rows of `lustre/product/group_splits` of a date; lines of its dumps, and those in no split."""

    rows: pl.DataFrame
    lines: int
    skipped: int
    bad: int


class Order(NamedTuple):
    """What is cut: the loaded dumps as their lines follow each other, whose lines, and the texts beside them."""

    loaded: Sequence[Kept]
    rules: SplitRules
    texts: Mapping[str, bytes]


def write_splits(shelf: Shelf, products: Store, dumped_on: date, order: Order) -> Cut:
    """The folder of a date holds its splits, and nothing of groups that are gone; a date without dumps has none.

    Each file is replaced whole, the index after all others: who reads the index first finds what it names.
    """
    with TemporaryDirectory(prefix="grt-splits-") as name, ExitStack() as opened:
        folder = Path(name)
        dumps = ((version.source, opened.enter_context(shelf.open(version))) for version in order.loaded)
        found = split(dumps, order.rules, lambda file, members: _append(folder / f"{file}{_SUFFIX}", members))
        rows = [_row(file, folder / f"{file.name}{_SUFFIX}") for file in found.files]
        _publish(
            products, f"{FOLDER}{dumped_on.isoformat()}/", folder, found.files if order.loaded else None, order.texts
        )
    frame = pl.DataFrame(rows, schema=GROUP_SPLITS.polars_schema(with_partition=False))
    return Cut(frame, found.lines, found.skipped, found.bad)


def split_rules(groups: pl.DataFrame, prefixes: Sequence[str]) -> SplitRules:
    """Lines of groups of human genetics, and all lines below the special prefixes.

    Args:
        groups: `gid group_name pi is_humgen`.
        prefixes: Absolute paths.
    """
    names = dict(groups.select("gid", "group_name").iter_rows())
    chosen = frozenset(groups.filter("is_humgen")["gid"])
    return SplitRules(names, chosen, tuple(prefix.encode() for prefix in prefixes))


def _append(path: Path, members: bytes) -> None:
    """Opened and closed each time: thousands of groups do not take thousands of open files."""
    with path.open("ab") as file:
        file.write(members)


def _row(file: SplitFile, path: Path) -> dict[str, object]:
    sha256 = sha256_of_file(path)
    return {
        "file": path.name,
        "gid": file.gid,
        "group_name": file.group_name,
        "lines": file.lines,
        "directories": file.directories,
        "size_bytes": path.stat().st_size,
        "sha256": sha256,
        "build_s": file.build_s,
        "memory_bytes": file.memory_bytes,
    }


def _publish(
    products: Store, prefix: str, folder: Path, files: Sequence[SplitFile] | None, texts: Mapping[str, bytes]
) -> None:
    if files is None:
        products.delete_prefix(prefix)
        return
    names = {f"{file.name}{_SUFFIX}" for file in files}
    for name in sorted(names):
        products.put_file(prefix + name, folder / name)
    for name in (GROUPFILE, PASSWDFILE):
        products.put(prefix + name, texts.get(name, b""))
    products.put(prefix + INDEX, index_text(files).encode())
    for fact in list(products.list(prefix)):
        if fact.key.removeprefix(prefix) not in {*names, GROUPFILE, PASSWDFILE, INDEX}:
            products.delete(fact.key)


def loaded_dumps(shelf: Shelf, totals: pl.DataFrame) -> list[Kept]:
    """The kept versions that are loaded, in the order of their volumes.

    Args:
        shelf: Where dumps are kept.
        totals: Rows of `lustre/table/volume_totals` of one date.
    """
    return [
        version
        for row in totals.sort("volume").iter_rows(named=True)
        for version in shelf.kept(row["dumped_on"], row["volume"])
        if (version.sha256, version.received_at) == (row["version"], row["received_at"])
    ]


def split_date(raw: Store, products: Store, dumped_on: date, totals: pl.DataFrame, prefixes: Sequence[str]) -> Cut:
    """The splits of a date are published, of the dumps that are loaded.

    Args:
        raw: The raw store.
        products: The store of files for people.
        dumped_on: The date.
        totals: Rows of `lustre/table/volume_totals` of the date.
        prefixes: Paths below which every group's lines are taken.
    """
    shelf, groups = Shelf(raw), Snapshots(raw, "groups")
    moment = min([as_of(dumped_on), *totals["received_at"].sort(descending=True).head(1)])
    known, taken_at = groups_at(raw, moment)
    texts = {kind: groups.beside(taken_at, kind) for kind in (GROUPFILE, PASSWDFILE)} if taken_at else {}
    order = Order(loaded_dumps(shelf, totals), split_rules(known, prefixes), texts)
    return write_splits(shelf, products, dumped_on, order)
