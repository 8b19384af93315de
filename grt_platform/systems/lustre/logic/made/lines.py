"""Lines of a dump from a frame of entries, in each of the three forms, and the lines that are none."""

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import polars as pl

from grt_platform.systems.lustre.logic.made.words import STRANGE

FORMS = ("mpistat", "wrstat_old", "wrstat", "wrstat_new")
"""`wrstat_old` is mpistat's form by another name; `wrstat` (from 5.2 on) quotes paths, `wrstat_new` has 12 fields."""
_FIELDS = ("size", "uid", "gid", "atime", "mtime", "ctime", "type", "inode", "nlink", "dev")
_SIMPLE = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
_REST = b"\t1\t7\t1100\t1\t1\t1\tf\t9\t1\t9"
_BAD_PATHS = MappingProxyType({
    False: {"path is no base64": b"*not base64*", "path lacks its padding": b64encode(b"/a/bc").rstrip(b"="),
            "path is relative": b64encode(b"lustre/x"), "path holds a NUL": b64encode(b"/a\0b")},
    True: {"path is not quoted": b'"/a', "escape is unknown": b'"/a\\q"', "path is relative": b'"lustre/x"',
           "path holds a NUL": b'"/a\\x00b"'},
})  # fmt: skip


def quoted(path: bytes) -> str:
    r"""The path as Go's `%q` writes it: printable characters as they are, others as `\xNN`, `\uNNNN`, `\UNNNNNNNN`."""
    parts = []
    for character in path.decode("utf-8", "surrogateescape"):
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:
            parts.append(f"\\x{code - 0xDC00:02x}")
        elif code in _SIMPLE:
            parts.append(_SIMPLE[code])
        elif character.isprintable():
            parts.append(character)
        else:
            parts.append(f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return f'"{"".join(parts)}"'


def text(entries: pl.DataFrame, form: str, dev: int) -> bytes:
    """The lines of entries, in their order.

    Args:
        entries: As `block` makes them.
        form: One of FORMS.
        dev: The volume's device number.
    """
    is_quoted = form in ("wrstat", "wrstat_new")
    is_folder = pl.col("type") == "d"
    path = pl.col("path") + pl.when(is_folder).then(pl.lit("/")).otherwise(pl.lit("")) if is_quoted else pl.col("path")
    written = pl.concat_str(pl.lit('"'), path, pl.lit('"')) if is_quoted else path.cast(pl.Binary).bin.encode("base64")
    apparent = [pl.col("size").alias("apparent")] if form == "wrstat_new" else []
    frame = _with_strange(entries.with_columns(written.alias("written")), is_quoted=is_quoted).with_columns(
        pl.lit(dev).alias("dev")
    )
    sink = BytesIO()
    frame.select("written", *_FIELDS, *apparent).write_csv(
        sink, include_header=False, separator="\t", quote_style="never"
    )
    return sink.getvalue()


def bad_lines(form: str) -> Mapping[str, bytes]:
    """One line of every kind that no reader may take, by what is wrong with it; without newlines."""
    is_quoted = form in ("wrstat", "wrstat_new")
    path = b'"/lustre/x"' if is_quoted else b64encode(b"/lustre/x")
    return {
        "line is empty": b"",
        "fields are missing": path + b"\t1\t7\t1100\t1\t1\t1\tf\t9",
        "a field is too many": path + _REST + b"\t1\t1",
        "blanks stand for tabs": (path + _REST).replace(b"\t", b" "),
        **{reason: bad + _REST for reason, bad in _BAD_PATHS[is_quoted].items()},
        "size is broken": path + _REST.replace(b"\t1\t7", b"\t12.5\t7"),
        "size is negative": path + _REST.replace(b"\t1\t7", b"\t-5\t7"),
        "gid is a name": path + _REST.replace(b"1100", b"hgi"),
        "uid is empty": path + _REST.replace(b"\t7\t", b"\t\t"),
        "time is beyond 64 bits": path + _REST.replace(b"\t1\t1\t1\t", b"\t1\t99999999999999999999\t1\t"),
        "type is unknown": path + _REST.replace(b"\tf\t", b"\tZ\t"),
        "digits are not ASCII": path + _REST.replace(b"1100", "\u0661\u0661".encode()),
        "line ends with a carriage return": path + _REST + b"\r",
        "line is too long": b64encode(b"/" + b"x" * 60_000) + _REST,
    }


def with_bad_lines(lines: bytes, bad: Mapping[str, bytes], copies: int) -> bytes:
    """The lines with so many copies of every bad one spread evenly between them."""
    planted = [line + b"\n" for line in bad.values()] * copies
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == 10) + 1
    cuts = [0, *(int(ends[(n + 1) * len(ends) // (len(planted) + 1)]) for n in range(len(planted))), len(lines)]
    parts = [lines[start:stop] for start, stop in pairwise(cuts)]
    return b"".join(part + line for part, line in zip(parts, [*planted, b""], strict=True))


def _with_strange(frame: pl.DataFrame, *, is_quoted: bool) -> pl.DataFrame:
    """The frame whose `written` has the names of STRANGE where they belong."""
    at = (frame["strange"] >= 0).arg_true()
    if not len(at):
        return frame
    rows = frame[at]
    paths = [f"{where}/".encode() + STRANGE[name] for where, name in zip(rows["dir"], rows["strange"], strict=True)]
    written = [quoted(path) if is_quoted else b64encode(path).decode() for path in paths]
    return frame.with_columns(frame["written"].scatter(at, pl.Series(written)))
