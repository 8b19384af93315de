"""The genes of all parts of a file in order: only here is it known which names repeat and which sequences are equal."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from grt_platform.systems.genes.logic.batch import DIGEST_BYTES, bounds_of, letters_of
from grt_platform.systems.genes.logic.delivery import Emit
from grt_platform.systems.genes.logic.frames import identical, served_frame
from grt_platform.systems.genes.logic.index import Index, Numbers, Scratch, digest_keys, in_memory
from grt_platform.systems.genes.logic.names import Names
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.result_json import Result
from grt_platform.systems.genes.logic.scan import PIECE_LETTERS
from grt_platform.systems.genes.logic.tally import Tally


class Sequences(Protocol):
    """The rows of the table sequences of a part, in order."""

    def take(self, most: int) -> pa.LargeStringArray:
        """The letters of the next rows: of one at least, and of so many at most."""
        ...


class RepeatedError(Exception):
    """A name of one part repeats that of another one, where no name may."""


@dataclass(slots=True)
class Joiner:
    """Takes the genes of one part after another, and gives them on as `Delivery` would have.

    Attributes:
        tally: What is counted of the genes; what became of other records the parts tell.
        dropped: Ordinals of genes of the part that were left out, for their names came in a part before.
    """

    options: Options
    limits: Limits
    emit: Emit
    result: Result
    scratch: Scratch = in_memory
    tally: Tally = field(default_factory=Tally)
    dropped: list[Numbers] = field(default_factory=list)
    _names: Names = field(init=False)
    _digests: Index = field(init=False)

    def __post_init__(self) -> None:
        self._names, self._digests = Names(self.options, self.scratch), Index(self.scratch)

    def take(self, genes: pl.DataFrame, sequences: Sequences) -> None:
        """The next genes of the part: rows of the table genes as the part alone saw them.

        Raises:
            RepeatedError: A name repeats, and the options say that this is an error.
        """
        is_long = genes["length"].to_numpy() > PIECE_LETTERS
        at = 0
        while at < genes.height:
            short = int(next(iter(np.flatnonzero(is_long[at:])), genes.height - at))
            letters = sequences.take(short) if short else None
            part = genes.slice(at, 1 if letters is None else len(letters))
            at += part.height
            keep, settled = self._settle(part)
            if letters is None:
                self._give_long(part, settled, sequences)
            else:
                self._give(settled, letters if keep.all() else letters.filter(pa.array(keep)))
            self.tally.count(settled)

    def _settle(self, genes: pl.DataFrame) -> tuple[npt.NDArray[np.bool_], pl.DataFrame]:
        """Which of the genes are kept, and their rows as the whole file has them."""
        ordinals = genes["ordinal"].to_numpy()
        counts, _ = self._names.count(genes["name"].to_list(), ordinals)
        if self.options.on_repeat == "error" and counts.max(initial=0) > 1:
            raise RepeatedError
        keep = counts == 1 if self.options.on_repeat == "first" else np.ones(len(counts), np.bool_)
        if not keep.all():
            self.dropped.append(ordinals[~keep])
            self.tally.records_dropped += int((~keep).sum())
        kept = genes.with_columns(occurrence=pl.Series(counts)).filter(pl.Series(keep))
        lengths, ordinals = kept["length"].to_numpy(), kept["ordinal"].to_numpy()
        _, firsts = self._digests.add(digest_keys(_digests(kept["digest"])), ordinals)
        return keep, kept.with_columns(identical(firsts, ordinals, lengths))

    def _give(self, genes: pl.DataFrame, letters: pa.LargeStringArray) -> None:
        if genes.height:
            self.emit("genes", genes)
            self.emit("served_genes", served_frame(genes, letters, min(self.limits.text_letters, PIECE_LETTERS)))
            self.result.genes_whole(genes["gene_name"].to_list(), letters_of(letters), bounds_of(letters).tolist())

    def _give_long(self, part: pl.DataFrame, settled: pl.DataFrame, sequences: Sequences) -> None:
        rows = -(-part["length"].item() // PIECE_LETTERS)
        if settled.height:
            self.emit("genes", settled)
            self.emit("served_genes", served_frame(settled, None, 0))
            self.result.begin(settled["gene_name"].item())
        for _ in range(rows):
            letters = sequences.take(1)
            if settled.height:
                begin, end = bounds_of(letters).tolist()
                self.result.piece(bytes(letters_of(letters)[begin:end]))
        if settled.height:
            self.result.end()


def _digests(texts: pl.Series) -> npt.NDArray[np.uint8]:
    """The bytes of GA4GH digests, shape n x 24: the opposite of `digest_texts`."""
    raw = urlsafe_b64decode("".join(texts.str.slice(3).to_list()))
    return np.frombuffer(raw, np.uint8).reshape(-1, DIGEST_BYTES)
