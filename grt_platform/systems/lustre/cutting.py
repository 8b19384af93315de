"""How a large dump is cut, and where its pieces lie until they are put together (ADR 0020, 0021)."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
import pyarrow as pa

from grt_platform import __version__
from grt_platform.adapters.parquet import fingerprint
from grt_platform.adapters.pieces import Pieces, sweep
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.shards import how_many
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES
from grt_platform.systems.lustre.logic.chunks import GROUP_ROWS, begins, blocks_in, likely_chunks
from grt_platform.systems.lustre.logic.kept import Kept
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.schemas import ENTRIES, QUARANTINE, TREE, USER_USAGE
from grt_platform.systems.lustre.shelf import Shelf

_FOLDER = "lustre/pieces"
_MADE_BY = (__version__, pa.__version__, pl.__version__, BLOCK_BYTES, GROUP_ROWS)


@dataclass(frozen=True, slots=True)
class Cutting:
    """Cuts dumps, and knows what belongs together.

    Attributes:
        shelf: Where dumps are kept.
        products: The store where pieces lie meanwhile.
        rules: How a dump of this date is read.
    """

    shelf: Shelf
    products: Store
    rules: Callable[[date], ScanRules]

    def cut(self, dumped_on: date, volume: str, *, most: int, enough_bytes: int) -> int:
        """How many shards there are of the newest kept dump; 1 where it is read as a whole.

        Args:
            dumped_on: Date of the dump.
            volume: Its volume.
            most: Shards.
            enough_bytes: Of the packed dump, of one.
        """
        version, pieces = self.newest(dumped_on, volume), self.pieces(dumped_on, volume)
        mark = self.mark(version) if version else ""
        if pieces.cut is not None and pieces.cut["mark"] != mark:
            pieces.remove()
        of = how_many(version.size_bytes, enough_bytes, most) if version else 1
        if version is None or of == 1:
            return 1
        try:
            with self.shelf.open(version) as packed:
                blocks = blocks_in(self.rules(dumped_on).chunk_bytes)
                found = begins(likely_chunks(packed, version.source, blocks), of)
        except BadSourceError:
            return 1  # who reads all of it says what is wrong
        return len(pieces.agree({"mark": mark, "begins": found})["begins"]) if len(found) > 1 else 1

    def newest(self, dumped_on: date, volume: str) -> Kept | None:
        """The newest kept version of a dump."""
        return next(reversed(self.shelf.kept(dumped_on, volume)), None)

    def pieces(self, dumped_on: date, volume: str) -> Pieces:
        """The pieces of a dump."""
        return Pieces(self.products, f"{_FOLDER}/{dumped_on.isoformat()}/{volume}")

    def mark(self, version: Kept) -> str:
        """What must be the same for pieces to belong together: the dump, the rules, and who makes them."""
        tables = [fingerprint(table) for table in (ENTRIES, QUARANTINE, TREE, USER_USAGE)]
        told = [version.dump_key, version.source, version.sha256, *self.rules(version.dumped_on).told, tables, _MADE_BY]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def sweep(self, before: datetime) -> None:
        """Pieces of dumps that were cut before are gone: their runs failed, and nobody ran them again."""
        sweep(self.products, _FOLDER, before)
