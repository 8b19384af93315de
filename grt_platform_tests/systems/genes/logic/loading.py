"""Loads bytes with the real code and gathers what comes out."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import polars as pl
import pyarrow as pa

from grt_platform.kernel.bgzf import GROUP_BYTES
from grt_platform.systems.genes.logic.cutting import Part, cut_text
from grt_platform.systems.genes.logic.file_names import file_kind
from grt_platform.systems.genes.logic.joining import Joiner
from grt_platform.systems.genes.logic.load import Source, load
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.reading import located_text
from grt_platform.systems.genes.logic.result_json import ResultWriter


@dataclass
class Loaded:
    """Everything that came out of one upload."""

    tally: object = None
    frames: dict = field(default_factory=dict)
    json: bytes = b""
    begins: int = 0

    def table(self, noun: str) -> pl.DataFrame:
        frames = self.frames.get(noun, [])
        return pl.concat(frames) if frames else pl.DataFrame()

    @property
    def genes(self) -> list[dict]:
        """Genes with their whole sequences, put together from the pieces."""
        rows = self.table("genes").to_dicts()
        pieces: dict[int, str] = {}
        for row in self.table("sequences").to_dicts():  # pieces come in order
            pieces[row["ordinal"]] = pieces.get(row["ordinal"], "") + row["sequence"]
        assert sorted(pieces) == [row["ordinal"] for row in rows]
        return [{**row, "sequence": pieces[row["ordinal"]]} for row in rows]

    @property
    def result(self) -> list[dict]:
        return json.loads(self.json)


def load_bytes(
    data: bytes, name: str = "x.fasta", limits: Limits | None = None, part: Part | None = None, **options
) -> Loaded:
    """What becomes of these bytes, or of a part of them."""
    out = Loaded()

    def begin():
        out.begins += 1
        out.frames, parts = {}, []
        out.parts = parts
        writer = ResultWriter(lambda b: parts.append(bytes(b)))
        return (lambda noun, frame: out.frames.setdefault(noun, []).append(frame)), writer

    def opened():
        stream = io.BytesIO(data)
        stream.seek(part.at if part else 0)
        return stream

    source = Source(name, "v1", opened, part=part)
    out.tally = load(source, Options(**options), limits or Limits(), begin)
    out.json = b"".join(out.parts)
    return out


class Rows:
    """Rows of the table sequences, in memory."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._texts, self._at = frame["sequence"].to_list(), 0

    def take(self, most: int) -> pa.LargeStringArray:
        taken = self._texts[self._at : self._at + min(most, 3)]  # as a row group ends somewhere
        assert taken
        self._at += len(taken)
        return pa.array(taken, pa.large_string())


def cut(data: bytes, name: str, limits: Limits, marks: list[int], group_bytes: int = GROUP_BYTES) -> list[Part]:
    """The parts of a file."""
    with ThreadPoolExecutor(limits.workers) as pool:
        chunks = located_text(io.BytesIO(data), file_kind(name), limits, pool, group_bytes=group_bytes)
        return cut_text(chunks, marks)


def load_parts(data: bytes, name: str, limits: Limits, parts: list[Part], **options) -> Loaded:
    """What becomes of a file by way of its parts."""
    out, written = Loaded(), list[bytes]()

    def take(noun: str, frame: pl.DataFrame) -> None:
        out.frames.setdefault(noun, []).append(frame)

    joiner = Joiner(Options(**options), limits, take, ResultWriter(lambda b: written.append(bytes(b))))
    for part in parts:
        loaded = load_bytes(data, name, limits, part, **options)
        sequences = loaded.table("sequences")
        if len(sequences):
            joiner.take(loaded.table("genes"), Rows(sequences))
            dropped = [int(ordinal) for each in joiner.dropped for ordinal in each]
            joiner.dropped.clear()
            take("sequences", sequences.filter(~pl.col("ordinal").is_in(dropped)))
        out.frames.setdefault("quarantine", []).extend(loaded.frames.get("quarantine", []))
        joiner.tally.add(asdict(loaded.tally))
    joiner.result.close()
    out.tally, out.json = joiner.tally, b"".join(written)
    return out
