"""A whole table of the lake as one file or stream, in bounded memory."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow.parquet as pq

from grt_platform.adapters.frames import pieces
from grt_platform.adapters.lake import Lake
from grt_platform.kernel.table import Table
from grt_platform.serving.output import plain


def export_table(lake: Lake, table: Table, form: str, out: Path | None) -> None:
    """Write every row of the table.

    Args:
        lake: Where the table is.
        table: Any table.
        form: `csv`, `tsv`, `parquet` or `json` (one array, one object a line).
        out: File that is complete or absent at the end; None is standard output.
    """
    frames = chain([pl.DataFrame(schema=table.polars_schema())], pieces(lake.scan(table)))
    with target(out) as sink:
        if form == "parquet":
            _write_parquet(table, frames, sink)
        elif form == "json":
            _write_json(frames, sink)
        else:
            _write_text(frames, sink, "\t" if form == "tsv" else ",")


def _write_text(frames: Iterable[pl.DataFrame], sink: BinaryIO, separator: str) -> None:
    for number, frame in enumerate(frames):
        text = frame.with_columns(_bytes_as_text(frame))
        text.write_csv(sink, include_header=number == 0, separator=separator, datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")


def _write_json(frames: Iterable[pl.DataFrame], sink: BinaryIO) -> None:
    start = b"["
    for frame in frames:
        for row in frame.iter_rows(named=True):
            line = json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)
            sink.write(start + line.encode())
            start = b",\n "
    sink.write(b"]\n" if start != b"[" else b"[]\n")


def _write_parquet(table: Table, frames: Iterable[pl.DataFrame], sink: BinaryIO) -> None:
    schema = table.arrow_schema()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for frame in frames:
            writer.write_table(frame.select(schema.names).to_arrow().cast(schema))


def _bytes_as_text(frame: pl.DataFrame) -> list[pl.Series]:
    return [
        pl.Series(name, [None if v is None else plain(v) for v in frame[name]], pl.String)
        for name, dtype in frame.schema.items()
        if dtype == pl.Binary
    ]


@contextmanager
def target(out: Path | None) -> Iterator[BinaryIO]:
    """The file, complete or absent at the end; None is standard output."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    growing = out.with_name(f".{out.name}.part")
    try:
        with growing.open("wb") as sink:
            yield sink
        growing.replace(out)
    finally:
        growing.unlink(missing_ok=True)
