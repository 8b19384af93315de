"""Dumps for tests: lines by hand and by hypothesis, good and hostile, in both forms."""

import base64
import gzip
import io
import tempfile
from datetime import UTC, datetime

import polars as pl
from hypothesis import strategies as st

from grt_platform.adapters.parquet import marked_schema
from grt_platform.systems.lustre import schemas
from grt_platform.systems.lustre.logic.rules import (
    DEFAULT_AREAS,
    DEFAULT_CLASSES,
    ScanRules,
    parse_areas,
    parse_classes,
)
from grt_platform.systems.lustre.logic.scan import scan

AS_OF = datetime(2021, 8, 21, 23, 59, 59, tzinfo=UTC)
ESCAPES = {7: b"\\a", 8: b"\\b", 12: b"\\f", 10: b"\\n", 13: b"\\r", 9: b"\\t", 11: b"\\v", 92: b"\\\\", 34: b'\\"'}


def rules(**changes) -> ScanRules:
    values = {"as_of": AS_OF, "areas": parse_areas(DEFAULT_AREAS), "classes": parse_classes(DEFAULT_CLASSES)}
    return ScanRules(**(values | {"max_bad_share": 1.0} | changes))


def b64(path: bytes) -> bytes:
    return base64.b64encode(path)


def quoted(path: bytes) -> bytes:
    return b'"' + b"".join(ESCAPES.get(c) or (bytes([c]) if 32 <= c < 127 else b"\\x%02x" % c) for c in path) + b'"'


def line(path=b"/lustre/scratch114/a", kind="f", form="mpistat", apparent=None, **given) -> bytes:
    """A line; fields are named as in `Entry`."""
    fields = {"size": 1, "uid": 2, "gid": 3, "atime": 1_600_000_000, "mtime": 1_600_000_001, "ctime": 1_600_000_002}
    rest = {"type": kind, "inode": 144115188193296385, "nlink": 1, "dev": 907573372}
    values = [b64(path) if form == "mpistat" else quoted(path)]
    values += [str(given.get(name, value)).encode() for name, value in (fields | rest).items()]
    return b"\t".join(values + ([str(apparent).encode()] if apparent is not None else []))


def packed(lines: list[bytes], end: bytes = b"\n") -> bytes:
    return gzip.compress(b"\n".join(lines) + end, 1, mtime=0)


class Run:
    """One scan with everything it gave."""

    def __init__(self, data: bytes, given: ScanRules | None = None, **options) -> None:
        self.bad, sink = [], io.BytesIO()
        schema = marked_schema(schemas.ENTRIES)
        options = {"entries": sink, "entries_schema": schema, "bad": self.bad.extend, "group_rows": 4096} | options
        self.scanned = scan(io.BytesIO(data), "a.dat.gz", given or rules(), scratch=tempfile.TemporaryFile, **options)
        self.counts, self.groups, self.users = self.scanned.counts, self.scanned.groups, self.scanned.users
        self.projects = self.scanned.projects()
        self.tree = pl.concat([schema_frame(), *self.scanned.tree()])
        self.parquet = sink.getvalue()
        self.entries = pl.read_parquet(io.BytesIO(self.parquet)) if self.parquet else None


def schema_frame() -> pl.DataFrame:
    return pl.DataFrame(schema=schemas.TREE.polars_schema(with_partition=False))


PART = st.one_of(
    st.sampled_from([b"lustre", b"scratch114", b"projects", b"projects_old", b"teams", b"users", b"USERS", b"P", b"Q"]),
    st.sampled_from([b"realdata", b"mdt0", b"mdt7", b"x.bam", b"y.cram", b"z.g.vcf.gz", b"w.BAM", b"e.bed", b".bam"]),
    st.binary(min_size=1, max_size=12).filter(lambda name: not set(name) & {0, 47}),
    st.sampled_from([b"a\nb", b"a\tb", b"caf\xe9.bam", b"\xf0\x9f\x90\x9f", b'q"\\', b"x.bam\n", b"\xed\xa0\x80"]),
)
PATH = st.builds(
    lambda head, parts: head + b"/" + b"/".join(parts),
    st.sampled_from([b"", b"/lustre/scratch114/projects", b"/lustre/scratch115/realdata/mdt3/teams"]),
    st.lists(PART, min_size=1, max_size=7),
)
TIME = st.one_of(
    st.integers(1_300_000_000, 1_700_000_000), st.integers(-(1 << 63), (1 << 63) - 1), st.sampled_from([0, -1])
)
ENTRY = st.builds(
    lambda path, kind, slash, **fields: (path + b"/" * (slash and kind == "d"), kind, fields),
    PATH,
    st.sampled_from("fffffdddlsbcFX"),
    st.booleans(),
    size=st.one_of(st.integers(0, 1 << 40), st.sampled_from([(1 << 40) - 1, 1 << 40, 1 << 57])),
    uid=st.integers(0, 9),
    gid=st.one_of(st.integers(0, 9), st.integers(0, (1 << 63) - 1)),
    atime=TIME,
    mtime=TIME,
    ctime=TIME,
    inode=st.one_of(st.integers(0, 1 << 40), st.integers(0, (1 << 64) - 1)),
    nlink=st.integers(0, 4),
)


def entry_line(entry: tuple[bytes, str, dict], form: str, apparent: int | None = None) -> bytes:
    path, kind, fields = entry
    return line(path, kind, form, apparent, **fields)


LARGEST = b"9223372036854775807"
NUMBERS = (
    b"", b"-", b"-0", b"-1", b"+1", b" 1", b"1 ", b"1.5", b"0x1", b"00012", LARGEST,
    b"9223372036854775808", b"18446744073709551615", b"18446744073709551616", b"99999999999999999999",
    b"-9223372036854775808", b"\r", b"hgi", b"-9223372036854775809", b"1\r", b"\x00", b"1" * 25,
    b"0" * 30 + b"7", b"f", b"ff", b"u", b'"', b"=",
)  # fmt: skip
PATHS_64 = (
    b"L2E=", b"L2E", b"L2FiYw==", b"L2Fi=", b"L2Fi==", b"L2Fi===", b"L2Fi====", b"L2E===", b"====", b"=L2E",
    b"L2E=L2E=", b"L2 E", b"AGE=", b"LwAA", b"YWJj", b"L2FiAA==", b"Lw==", b"L2EvL2I=", b"Ly8=", b"L2Ev",
)  # fmt: skip
PATHS_QUOTED = (
    b'"/a"', b'"a"', b'"/a\\x00b"', b'"/\\ud800"', b'"/\\u00e9"', b'"/\\U0001F41F"', b'"/\\U00110000"',
    b'"/\\UFFFFFFFF"', b'"/\\377"', b'"/\\400"', b'"/\\q"', b'"/a\\"', b'"/a"b"', b'"/\xff"', b'"\\x2fa\\x2fb"',
    b"\"/'\\'\"", b'"/a/"', b'"/a//b"', b'"/"', b'"//a"',
)  # fmt: skip
WRONG = st.sampled_from([*NUMBERS, *PATHS_64, *PATHS_QUOTED])
HOSTILE = st.one_of(
    st.binary(max_size=60),
    st.text('L2FiYw=\t0123456789-fd"\\/axunr', max_size=80).map(str.encode),
    st.builds(
        lambda entry, form, at, wrong: b"\t".join(
            [*(parts := entry_line(entry, form).split(b"\t"))[:at], wrong, *parts[at + 1 :]]
        ),
        ENTRY,
        st.sampled_from(["mpistat", "wrstat"]),
        st.integers(0, 10),
        WRONG,
    ),
    st.builds(
        lambda entry, form, at, put: (
            (whole := entry_line(entry, form))[: at % len(whole)] + put + whole[at % len(whole) + 1 :]
        ),
        ENTRY,
        st.sampled_from(["mpistat", "wrstat"]),
        st.integers(0, 400),
        st.sampled_from([b"", b"\t", b"\0", b"\r", b"=", b"\\", b'"', b"\xff"]),
    ),
    st.builds(
        lambda entry, form, more: entry_line(entry, form) + more,
        ENTRY,
        st.sampled_from(["mpistat", "wrstat"]),
        st.sampled_from([b"\t5", b"\t-5", b"\t5\t6", b"\r", b"\t"]),
    ),
).filter(lambda text: b"\n" not in text and text.split(b"\t")[1:2] != [LARGEST])
"""Lines of which none is so large that the sizes of a dump add up beyond 64 bits, which refuses it."""
