"""Genes as a stream of bytes: FASTA, CSV, JSON or Parquet, in bounded memory however long they are."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, cast

Row = dict[str, Any]
Letters = Callable[[Row], Iterator[str]]
"""The letters of a gene, piece by piece."""

FORMS = {
    "json": "application/json",
    "fasta": "text/x-fasta; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_LINE = 60
_FIELDS = ("ordinal", "gene_name", "occurrence", "length", "gc", "digest", "identical_to")


def stream(form: str, rows: Iterable[Row], letters: Letters) -> Iterator[bytes]:
    """The genes in one of FORMS; what FASTA and CSV give is read again as the same genes."""
    return {"json": _json, "fasta": _fasta, "csv": _csv, "parquet": _parquet}[form](rows, letters)


def _fasta(rows: Iterable[Row], letters: Letters) -> Iterator[bytes]:
    for row in rows:
        header = re.sub(r"[\r\n]", " ", row["gene_name"])
        yield f">{header}\n".encode()
        yield from _lines(letters(row))


def _lines(pieces: Iterator[str]) -> Iterator[bytes]:
    rest = ""
    for piece in pieces:
        text = rest + piece
        end = len(text) // _LINE * _LINE
        rest = text[end:]
        yield "".join(f"{text[at : at + _LINE]}\n" for at in range(0, end, _LINE)).encode()
    if rest:
        yield f"{rest}\n".encode()


def _csv(rows: Iterable[Row], letters: Letters) -> Iterator[bytes]:
    yield f"{','.join(_FIELDS)},sequence\r\n".encode()
    for row in rows:
        yield (",".join(_quoted(row[name]) for name in _FIELDS) + ",").encode()
        yield from (piece.encode() for piece in letters(row))
        yield b"\r\n"


def _quoted(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


def _json(rows: Iterable[Row], letters: Letters) -> Iterator[bytes]:
    start = "["
    for row in rows:
        fields = json.dumps({name: row[name] for name in _FIELDS}, ensure_ascii=False)
        yield f'{start}{fields[:-1]}, "sequence": "'.encode()
        yield from (piece.encode() for piece in letters(row))
        yield b'"}'
        start = ",\n "
    yield b"[]\n" if start == "[" else b"]\n"


def _parquet(rows: Iterable[Row], letters: Letters) -> Iterator[bytes]:
    """One row a piece: pieces of a long gene follow each other, numbered from 0."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"ordinal": pa.int64(), "occurrence": pa.int64(), "length": pa.int64(), "gc": pa.float64()}
    types["identical_to"] = pa.int64()
    fields = [pa.field(name, types.get(name, pa.string())) for name in _FIELDS]
    schema = pa.schema([*fields, pa.field("piece", pa.int64()), pa.field("sequence", pa.large_string())])
    sink = _Drained()
    with pq.ParquetWriter(cast("BinaryIO", sink), schema, compression="zstd", compression_level=1) as writer:
        for group in _groups(rows, letters):
            writer.write_table(pa.Table.from_pylist(group, schema))
            yield sink.drain()
    yield sink.drain()


def _groups(rows: Iterable[Row], letters: Letters, most_letters: int = 8 * 1024**2) -> Iterator[list[Row]]:
    group, size = list[Row](), 0
    for row in rows:
        known = {name: row[name] for name in _FIELDS}
        for number, piece in enumerate(letters(row)):
            group.append({**known, "piece": number, "sequence": piece})
            size += len(piece) + 200
            if size >= most_letters:
                yield group
                group, size = [], 0
    if group:
        yield group


class _Drained(io.RawIOBase):
    """A sink whose bytes are taken out as they come; it knows how many there were."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Holds the bytes."""
        view = memoryview(data).cast("B")
        self._held += view
        self._size += len(view)
        return len(view)

    def tell(self) -> int:
        """How many bytes came."""
        return self._size

    def drain(self) -> bytes:
        """The bytes since the last call."""
        held = bytes(self._held)
        self._held.clear()
        return held
