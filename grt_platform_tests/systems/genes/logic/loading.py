"""Loads bytes with the real code and gathers what comes out."""

import io
import json
from dataclasses import dataclass, field

import polars as pl

from grt_platform.systems.genes.logic.load import Source, load
from grt_platform.systems.genes.logic.options import Limits, Options


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


def load_bytes(data: bytes, name: str = "x.fasta", limits: Limits | None = None, **options) -> Loaded:
    """What becomes of these bytes."""
    out = Loaded()

    def begin():
        out.begins += 1
        out.frames, parts = {}, []
        out.parts = parts
        return (lambda noun, frame: out.frames.setdefault(noun, []).append(frame)), (lambda b: parts.append(bytes(b)))

    source = Source(name, "v1", lambda: io.BytesIO(data))
    out.tally = load(source, Options(**options), limits or Limits(), begin)
    out.json = b"".join(out.parts)
    return out
