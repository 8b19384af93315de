"""Judges records by the options of their upload and gives on what is loaded: frames of tables and the JSON result."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic import faults, frames
from grt_platform.systems.genes.logic.batch import Batch, header_text
from grt_platform.systems.genes.logic.index import Index, Scratch, digest_keys, in_memory
from grt_platform.systems.genes.logic.names import Named, Names
from grt_platform.systems.genes.logic.open_record import OpenRecord
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.result_json import Result
from grt_platform.systems.genes.logic.tally import Tally

Emit = Callable[[str, pl.DataFrame], None]
"""Takes the noun of a table and rows of it; `served_genes` are the rows of genes as Postgres gets them."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What is told of the upload in its rows: the file's name, the object's version, fields of a CSV row."""

    source: str
    version: str
    fields: int | None = None


@dataclass(slots=True)
class _Long:
    """A record of many pieces under way: what was decided of it when its first piece came."""

    named: Named
    is_wanted: bool


@dataclass(slots=True)
class Delivery:
    """Takes records in the order of the file.

    Attributes:
        late: Ordinals of long records that turned out bad after pieces of them were given on; while there are any,
            nothing more is given on, and all must be done again with these in `known_bad`.
        scratch: Where names and digests go that are too many for memory.
    """

    upload: Upload
    options: Options
    limits: Limits
    emit: Emit
    result: Result
    known_bad: frozenset[int] = frozenset()
    tally: Tally = field(default_factory=Tally)
    late: set[int] = field(default_factory=set)
    scratch: Scratch = in_memory
    _names: Names = field(init=False)
    _digests: Index = field(init=False)
    _long: _Long | None = None

    def __post_init__(self) -> None:
        self._names, self._digests = Names(self.options, self.scratch), Index(self.scratch)

    def piece(self, record: OpenRecord, letters: bytes) -> None:
        """Give on a piece of a long record; its name is settled with the first one."""
        if self._long is None:
            self._long = self._begin_long(record)
        if self._long.is_wanted and not self.late:
            self.emit("sequences", frames.piece_frame(record.ordinal, record.pieces - 1, letters))
            self.result.piece(letters)

    def records(self, batch: Batch) -> None:
        """Give on records, or the last piece of a long one.

        Raises:
            BadSourceError: A record is bad or repeats a name, and the options say that this fails the upload.
        """
        self.tally.records += len(batch)
        long, self._long = self._long, None
        good = self._without_bad(batch, long)
        if not len(good):
            return
        named = long.named if long else self._names.name(good)
        if self.options.on_repeat == "first":
            keep = named.occurrences == 1
            self.tally.records_dropped += int(len(good) - keep.sum())
            good, named = good.taken(keep), named.taken(keep)
        if len(good) and not self.late:
            self._give_on(good, named)

    def _begin_long(self, record: OpenRecord) -> _Long:
        header = header_text(bytes(record.header), record.ordinal, record.line, self.limits.max_header_bytes)
        if record.ordinal in self.known_bad:
            return _Long(Named([""], np.array([1])), is_wanted=False)
        named = self._names.name(Batch.of_one(record, self.limits.max_header_bytes))
        is_wanted = self.options.on_repeat != "first" or named.occurrences[0] == 1
        if is_wanted and not self.late:
            self.result.begin(header)
        return _Long(named, is_wanted=bool(is_wanted))

    def _without_bad(self, batch: Batch, long: _Long | None) -> Batch:
        is_binary = faults.is_binary(batch)
        if is_binary.any():
            row = int(np.argmax(is_binary))
            reason = f"record {batch.ordinals[row]} holds bytes that no text has; is this a text file?"
            raise BadSourceError(reason, line=faults.line_of(batch, row))
        is_bad = faults.is_bad(batch, self.options, self.upload.fields)
        if not is_bad.any():
            return batch
        if self.options.on_invalid != "skip":
            self._fail(batch, int(np.argmax(is_bad)))
        if long is not None and batch.ordinals[0] not in self.known_bad:
            self.late.add(int(batch.ordinals[0]))
        self._set_aside(batch.taken(is_bad))
        return batch.taken(~is_bad)

    def _fail(self, batch: Batch, row: int) -> None:
        advice = "mend it, choose another alphabet, or load with --on-invalid skip or mask"
        told = faults.told(batch, row, self.options, self.upload.fields)
        raise BadSourceError(f"{told}; {advice}", line=faults.line_of(batch, row))

    def _set_aside(self, batch: Batch) -> None:
        self.tally.records_quarantined += len(batch)
        reasons = [faults.told(batch, row, self.options, self.upload.fields) for row in range(len(batch))]
        lines = [faults.line_of(batch, row) for row in range(len(batch))]
        self.emit("quarantine", frames.quarantine_rows(batch, reasons, lines, self.upload.source, self.upload.version))

    def _give_on(self, batch: Batch, named: Named) -> None:
        _, firsts = self._digests.add(digest_keys(batch.digests), batch.ordinals)
        genes = frames.genes_frame(batch, named, firsts, is_masked=self.options.on_invalid == "mask")
        self.emit("sequences", frames.sequences_frame(batch))
        self.emit("genes", genes)
        most_letters = -1 if batch.pieces else self.limits.text_letters
        self.emit("served_genes", frames.served_frame(genes, batch.sequences, most_letters))
        self._write_result(batch)
        self.tally.count(genes)

    def _write_result(self, batch: Batch) -> None:
        bounds = batch.bounds.tolist()
        if batch.pieces:
            self.result.piece(bytes(batch.letters[bounds[0] : bounds[1]]))
            self.result.end()
        else:
            self.result.genes_whole(batch.headers, batch.letters, bounds)
