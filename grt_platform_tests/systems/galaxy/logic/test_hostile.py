"""About a hundred hostile or broken archives, each beside a good one that must load whatever its neighbour is."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.archive import inspect
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform_tests.galaxy_archives import EPOCH, HEADERS, Made, describe, make_archive, tar
from grt_platform_tests.systems.galaxy.logic.loading import Loaded, load_all, report

JOBS = f"{HEADERS['jobs']}\n1\tcat\t1.0\tok\tNone\n".encode()
JOBS_FILE = ("r/1.jobs.tsv", JOBS)
GOOD = make_archive("F6", range(1000, 1003), generated="1600000000.0")
LIMITS = Limits(max_unpacked_bytes=4_000_000, max_ratio=200, max_members=8, max_archive_bytes=3_000_000)


def packed(archive: bytes, version: int = 3, **metadata: Any) -> Made:
    """Any bytes with metadata that fits them."""
    return Made("1656720000.0", archive, describe(archive, version, **{"generated": "1656720000.0", **metadata}))


def gz(plain: bytes) -> bytes:
    return gzip.compress(plain, 1, mtime=0)


def plain_tar(*files: tuple[str, bytes]) -> bytes:
    return gzip.decompress(tar(list(files)))


def special(kind: bytes, name: str = "r/1.jobs.tsv", target: str = "", size: int = 0) -> bytes:
    """An archive of the usual jobs member and one entry of another kind."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.size = kind, target, size
    return gz(entry.tobuf(tarfile.USTAR_FORMAT) + plain_tar(JOBS_FILE))


def header(name: str = "r/1.jobs.tsv", size: int = len(JOBS), **fields: tuple[int, bytes]) -> bytes:
    """A tar header with some bytes replaced and its checksum mended."""
    block = bytearray(tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = b"%011o\0" % size
    for offset, value in fields.values():
        block[offset : offset + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def body(data: bytes = JOBS) -> bytes:
    return data + bytes(-len(data) % 512)


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    return header("pax", len(records), kind=(156, kind)) + body(records)


def member(kind: str, text: bytes) -> bytes:
    return tar([JOBS_FILE, (f"r/1.{kind}.tsv", text)])


def jobs(text: str | bytes) -> bytes:
    return tar([("r/1.jobs.tsv", text if isinstance(text, bytes) else text.encode())])


def changed(data: bytes, offset: int, value: bytes) -> bytes:
    return data[:offset] + value + data[offset + len(value) :]


def zipped() -> bytes:
    packed_bytes = io.BytesIO()
    with zipfile.ZipFile(packed_bytes, "w") as archive:
        archive.writestr("1.jobs.tsv", JOBS)
    return packed_bytes.getvalue()


END = bytes(1024)
NOISE = random.Random(1).randbytes(4000)
PLAIN = plain_tar(JOBS_FILE)
USUAL = gz(PLAIN)
SUMMED = bytearray(PLAIN)
SUMMED[0] ^= 1

REJECTED: dict[str, tuple[Callable[[], bytes], str]] = {
    # the stream
    "empty file": (lambda: b"", "archive: truncated gzip stream"),
    "one byte": (lambda: b"\x1f", "archive: truncated gzip stream"),
    "random bytes": (lambda: NOISE, "archive: damaged gzip stream"),
    "text": (lambda: b"<html>not found</html>", "archive: damaged gzip stream"),
    "plain tar": (lambda: PLAIN, "archive: damaged gzip stream"),
    "bzip2": (lambda: bz2.compress(PLAIN), "archive: damaged gzip stream"),
    "xz": (lambda: lzma.compress(PLAIN), "archive: damaged gzip stream"),
    "zip": (zipped, "archive: damaged gzip stream"),
    "gzip of nothing": (lambda: gz(b""), "archive: tar without its end mark"),
    "gzip of text": (lambda: gz(JOBS), "archive: truncated tar"),
    "gzip of much text": (lambda: gz(JOBS * 100), "archive: not a tar"),
    "gzip in gzip": (lambda: gz(USUAL + bytes(512)), "archive: not a tar"),
    "truncated in the gzip header": (lambda: USUAL[:5], "archive: truncated gzip stream"),
    "truncated in the middle": (lambda: USUAL[: len(USUAL) // 2], "archive: truncated gzip stream"),
    "truncated by one byte": (lambda: USUAL[:-1], "archive: truncated gzip stream"),
    "bad crc": (lambda: changed(USUAL, len(USUAL) - 8, b"\0\0\0\0"), "archive: damaged gzip stream"),
    "bad length": (lambda: changed(USUAL, len(USUAL) - 4, b"\0\0\0\0"), "archive: damaged gzip stream"),
    "flipped bytes": (lambda: changed(USUAL, len(USUAL) // 2, b"\xff\xff\xff"), "archive: "),
    "unknown method": (lambda: changed(USUAL, 2, b"\x07"), "archive: damaged gzip stream"),
    "garbage behind": (lambda: USUAL + b"garbage", "archive: other bytes follow the gzip stream"),
    "one byte behind": (lambda: USUAL + b"\x1f", "archive: other bytes follow the gzip stream"),
    "zeros behind": (lambda: USUAL + bytes(512), "archive: other bytes follow the gzip stream"),
    "second gzip truncated": (lambda: USUAL + USUAL[:30], "archive: truncated gzip stream"),
    "second tar behind": (lambda: USUAL + USUAL, "archive: other bytes follow the tar"),
    "bomb by ratio": (
        lambda: tar([("r/1.jobs.tsv", JOBS + bytes(3_000_000))], level=9),
        "archive: unpacks to more than 200 times",
    ),
    "bomb by size": (
        lambda: tar([JOBS_FILE, ("x", random.Random(2).randbytes(2_500_000) + bytes(2_000_000))]),
        "archive: unpacks to more than 4000000 bytes",
    ),
    "bomb behind the end": (
        lambda: gzip.compress(PLAIN + bytes(3_900_000), 9),
        "archive: unpacks to more than 200 times",
    ),
    "too large packed": (lambda: random.Random(3).randbytes(3_000_001), "archive: larger than 3000000 bytes"),
    # the tar
    "tar without end": (lambda: gz(header() + body()), "archive: tar without its end mark"),
    "tar cut in a header": (lambda: gz((header() + body())[:300]), "archive: truncated tar"),
    "tar cut in a body": (lambda: gz(header(size=5000) + body()), "archive: truncated tar"),
    "tar cut in padding": (lambda: gz(header() + JOBS), "archive: truncated tar"),
    "text behind the end": (lambda: gz(header() + body() + END + b"hidden"), "archive: other bytes follow the tar"),
    "member behind the end": (lambda: gz(header() + body() + END + PLAIN), "archive: other bytes follow the tar"),
    "bad checksum": (lambda: gz(bytes(SUMMED)), "archive: not a tar, or a bad checksum"),
    "no checksum": (lambda: gz(changed(PLAIN, 148, b"\0" * 8)), "archive: not a tar, or a bad checksum"),
    "size not octal": (
        lambda: gz(header(a=(124, b"99999999999\0")) + body() + END),
        "archive: not a tar, or a bad number",
    ),
    "negative size": (lambda: gz(header(a=(124, b"\xff" * 12)) + body() + END), "archive: not a tar, or a bad number"),
    "size beyond 2^62": (
        lambda: gz(header(a=(124, b"\x80\0\0\0" + b"\xff" * 8)) + body() + END),
        "archive: not a tar, or a bad number",
    ),
    "huge size": (lambda: gz(header(a=(124, b"\x80\0\0\0\0\0\0\1\0\0\0\0")) + body() + END), "archive: truncated tar"),
    "symbolic link": (lambda: special(tarfile.SYMTYPE, target="/etc/passwd"), "archive: holds a symbolic link"),
    "hard link": (lambda: special(tarfile.LNKTYPE, target="/etc/passwd"), "archive: holds a hard link"),
    "link beside": (lambda: special(tarfile.SYMTYPE, "x", ".."), "archive: holds a symbolic link"),
    "character device": (lambda: special(tarfile.CHRTYPE), "archive: holds a device"),
    "block device": (lambda: special(tarfile.BLKTYPE), "archive: holds a device"),
    "FIFO": (lambda: special(tarfile.FIFOTYPE), "archive: holds a FIFO"),
    "contiguous file": (lambda: special(tarfile.CONTTYPE), "archive: holds a member of kind b'7'"),
    "old GNU sparse": (lambda: special(tarfile.GNUTYPE_SPARSE), "archive: holds a member of kind b'S'"),
    "GNU multi-volume": (lambda: special(b"M"), "archive: holds a member of kind b'M'"),
    "GNU dump folder": (lambda: special(b"D"), "archive: holds a member of kind b'D'"),
    "unknown kind": (lambda: special(b"Z"), "archive: holds a member of kind b'Z'"),
    "pax sparse": (lambda: gz(pax(b"22 GNU.sparse.major=1\n") + PLAIN), "archive: holds a sparse file"),
    "pax record too long": (lambda: gz(pax(b"999 path=x\n") + PLAIN), "archive: a damaged pax header"),
    "pax record of length 0": (lambda: gz(pax(b"0 path=x\n") + PLAIN), "archive: a damaged pax header"),
    "pax without equals": (lambda: gz(pax(b"7 path\n") + PLAIN), "archive: a damaged pax header"),
    "pax size not a number": (lambda: gz(pax(b"12 size=1e3\n") + PLAIN), "archive: a damaged pax header"),
    "pax size beyond the file": (lambda: gz(pax(b"17 size=99999999\n") + PLAIN), "archive: truncated tar"),
    "pax header of 2 MiB": (
        lambda: gz(header("p", 2 << 20, k=(156, b"x")) + NOISE * 600 + PLAIN),
        "archive: an extended header",
    ),
    "long name of 2 MiB": (
        lambda: gz(header("p", 2 << 20, k=(156, b"L")) + NOISE * 600 + PLAIN),
        "archive: an extended header",
    ),
    "pax header and the end": (lambda: gz(pax(b"10 path=x\n") + END), "archive: truncated tar"),
    "too many members": (lambda: tar([JOBS_FILE, *((f"f{i}", b"") for i in range(8))]), "archive: more than 8 members"),
    "pax renames to jobs twice": (
        lambda: gz(pax(b"21 path=x/2.jobs.tsv\n") + header("a", len(JOBS)) + body() + PLAIN),
        "archive: two jobs members",
    ),
    # the members
    "empty tar": (lambda: tar([]), "archive: no jobs member"),
    "only metrics": (lambda: tar([("1.metric_num.tsv", HEADERS["metric_num"].encode())]), "archive: no jobs member"),
    "jobs by substring only": (lambda: tar([("1.jobs.tsv.bak", JOBS)]), "archive: no jobs member"),
    "jobs in a folder's name": (lambda: tar([("a.jobs.tsv/x", JOBS)]), "archive: no jobs member"),
    "jobs without a dot": (lambda: tar([("jobs.tsv", JOBS)]), "archive: no jobs member"),
    "jobs in capitals": (lambda: tar([("1.JOBS.TSV", JOBS)]), "archive: no jobs member"),
    "jobs is a folder": (lambda: gz(header("1.jobs.tsv", 0, k=(156, b"5")) + END), "archive: no jobs member"),
    "jobs with a slash behind": (lambda: gz(header("1.jobs.tsv/", 0) + END), "archive: no jobs member"),
    "two jobs members": (lambda: tar([JOBS_FILE, ("other/1.jobs.tsv", JOBS)]), "archive: two jobs members"),
    "two empty metrics": (
        lambda: tar([JOBS_FILE, ("1.params.tsv", b""), ("2.params.tsv", b"")]),
        "archive: two params members",
    ),
    "empty then full metrics": (
        lambda: tar([JOBS_FILE, ("1.params.tsv", b""), ("2.params.tsv", b"job_id\tname\tvalue\n")]),
        "archive: two params members",
    ),
    "empty jobs": (lambda: jobs(""), "jobs: has no header"),
    "jobs of one blank line": (lambda: jobs("\n"), "jobs: has no header"),
    "jobs without header": (lambda: jobs("1\tcat\t1.0\tok\tNone\n"), "jobs: has no header"),
    "jobs with a header of other names": (lambda: jobs("a\tb\tc\td\te\n"), "jobs: has no header"),
    "jobs without state": (lambda: jobs("id\ttool_id\ttool_version\tcreate_time\n"), "jobs: lacks the column state"),
    "jobs with two ids": (lambda: jobs(f"id\t{HEADERS['jobs']}\n"), "jobs: names a column twice"),
    "jobs with two new columns": (lambda: jobs(f"{HEADERS['jobs']}\tx\tx\n"), "jobs: names a column twice"),
    "jobs with 16 columns": (
        lambda: jobs("\t".join([HEADERS["jobs"], *"abcdefghijk"]) + "\n"),
        "jobs: has more than 15",
    ),
    "jobs header in capitals": (lambda: jobs(HEADERS["jobs"].upper() + "\n"), "jobs: has no header"),
    "jobs with commas": (lambda: jobs(JOBS.replace(b"\t", b",")), "jobs: has no header"),
    "jobs with quotes": (lambda: jobs(HEADERS["jobs"].replace("id", '"id"', 1) + "\n"), "jobs: lacks the column id"),
    "jobs with carriage returns": (lambda: jobs(JOBS.replace(b"\n", b"\r\n")), "jobs: lacks the column create_time"),
    "jobs with old Mac line ends": (lambda: jobs(JOBS.replace(b"\n", b"\r")), "jobs: lacks the column create_time"),
    "jobs in UTF-16": (lambda: jobs(JOBS.decode().encode("utf-16")), "jobs: has no header"),
    "jobs header of 5000 bytes": (lambda: jobs("x" * 5000), "jobs: has no header"),
    "jobs header by SQL injection": (lambda: jobs("id); drop table jobs; --\tx\n"), "jobs: has no header"),
    "jobs all zero bytes": (lambda: jobs(bytes(100)), "jobs: has no header"),
    "metrics without header": (lambda: member("metric_num", b"1\tcore\tcores\t1\n"), "metric_num: has no header"),
    "datasets without sizes": (
        lambda: member("datasets", b"job_id\tdataset_id\n"),
        "datasets: lacks the column extension",
    ),
    "every row bad": (lambda: jobs(f"{HEADERS['jobs']}\n\n\n"), "2 of 2 rows are bad"),
    "glued rows": (lambda: jobs(f"{HEADERS['jobs']}\n5\ta\t6\tb\t1.0\tok\tNone\n"), "1 of 1 rows are bad"),
    "most metrics orphaned": (
        lambda: member("metric_num", b"job_id\tplugin\tname\tvalue\n" + b"9\tp\tn\t1\n" * 3),
        "3 of 4 rows are bad",
    ),
}

METADATA: dict[str, tuple[dict[str, Any], str]] = {
    "other hash": ({"report_hash": f"sha256:{'0' * 64}"}, "archive: its sha256 is not the report_hash"),
    "md5": ({"report_hash": f"md5:{'0' * 32}"}, "metadata: report_hash is not"),
    "no hash": ({"report_hash": ...}, "metadata: report_hash is not"),
    "version 4": ({"version": 4}, "metadata: unknown version 4"),
    "version true": ({"version": True}, "metadata: version is missing or not an integer"),
    "from the future": (
        {"generated": f"{EPOCH.timestamp() + 34 * 86_400}"},
        "metadata: generated lies more than a day",
    ),
}

TAKEN: dict[str, Callable[[], bytes]] = {
    "two gzip members": lambda: gz(PLAIN[:700]) + gz(PLAIN[700:]),
    "an empty gzip member behind": lambda: USUAL + gz(b""),
    "an absolute name": lambda: tar([("/etc/cron.d/1.jobs.tsv", JOBS)]),
    "a climbing name": lambda: tar([("../../../1.jobs.tsv", JOBS)]),
    "a name of control bytes": lambda: tar([("\x1b[2J\n.jobs.tsv", JOBS)]),
    "a name that is not UTF-8": lambda: gz(header(a=(0, b"\xff\xfe.jobs.tsv\0")) + body() + END),
    "a long GNU name": lambda: tar([(f"{'d/' * 150}1.jobs.tsv", JOBS)], kind=tarfile.GNU_FORMAT),
    "a long pax name": lambda: tar([(f"{'d/' * 150}é1.jobs.tsv", JOBS)], kind=tarfile.PAX_FORMAT),
    "a global pax header": lambda: gz(pax(b"13 comment=x\n", b"g") + PLAIN),
    "a size in base 256": lambda: gz(header(a=(124, b"\x80" + len(JOBS).to_bytes(11, "big"))) + body() + END),
    "a tar before POSIX": lambda: gz(header(a=(257, bytes(8))) + body() + END),
    "a folder entry": lambda: special(tarfile.DIRTYPE, "r/"),
    "no last newline": lambda: jobs(JOBS.removesuffix(b"\n")),
    "a byte order mark": lambda: jobs(b"\xef\xbb\xbf" + JOBS),
    "empty metrics": lambda: member("metric_txt", b""),
}


def load_beside_good(made: Made, limits: Limits = LIMITS) -> Loaded:
    """Load a report after a good one, in whose month it came in."""
    loaded = load_all([report(GOOD), report(made)], limits)
    good, other = loaded.rows("ledger")
    assert (good["status"], good["rows_loaded"]) == ("loaded", sum(GOOD.rows.values()))
    assert (other["status"] == "rejected") == (loaded.table("reports").height == 1)
    return loaded


@pytest.mark.parametrize("small_bytes", [64 << 20, 0], ids=["kept", "streamed"])
@pytest.mark.parametrize("name", REJECTED)
def test_a_hostile_archive_is_rejected_whole_and_its_neighbour_loads(name: str, small_bytes: int) -> None:
    make, reason = REJECTED[name]
    loaded = load_beside_good(packed(make()), replace(LIMITS, small_bytes=small_bytes))
    assert loaded.ledger(1)["status"] == "rejected"
    assert loaded.ledger(1)["reason"].startswith(reason)
    assert loaded.table("jobs").height == 3
    assert loaded.outcome is not None
    assert loaded.outcome.warnings[0].startswith("1656720000.0.tar.gz")


@pytest.mark.parametrize("name", METADATA)
def test_an_archive_with_wrong_metadata_is_rejected(name: str) -> None:
    changes, reason = METADATA[name]
    loaded = load_beside_good(packed(USUAL, **changes))
    assert loaded.ledger(1)["status"] == "rejected"
    assert loaded.ledger(1)["reason"].startswith(reason)


@pytest.mark.parametrize("name", TAKEN)
def test_a_strange_but_honest_archive_loads(name: str) -> None:
    loaded = load_beside_good(packed(TAKEN[name]()))
    assert loaded.ledger(1)["status"] == "loaded"
    assert loaded.ledger(1)["rows_loaded"] == 1


def test_bytes_that_changed_since_they_came_in_are_rejected() -> None:
    kept = replace(report(packed(USUAL)), open=lambda: io.BytesIO(jobs(JOBS + b"2\tcat\t1\tok\tNone\n")))
    assert load_all([kept]).ledger()["reason"] == "archive: its bytes changed since they came in"


def test_an_archive_that_shrinks_between_two_readings_stops_the_load_instead_of_losing_rows() -> None:
    made = make_archive(jobs=range(1, 2000))
    looks = iter([made.archive, made.archive, made.archive[: len(made.archive) // 2]])
    shrinking = replace(report(made), open=lambda: io.BytesIO(next(looks)))
    with pytest.raises(Exception, match="truncated gzip stream"):
        load_all([shrinking], Limits(small_bytes=0))


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, len(PLAIN) - 1), st.binary(min_size=1, max_size=12)), max_size=4), st.booleans()
)
def test_any_damage_is_refused_or_harmless_and_never_anything_else(damage: list[tuple[int, bytes]], mend: bool) -> None:
    """`mend` corrects the checksum of the first header, so that damage to its other fields is reached."""
    plain = PLAIN
    for offset, value in damage:
        plain = changed(plain, offset if not mend else offset % 512, value)
    if mend:
        plain = changed(plain, 148, b" " * 8)
        plain = changed(plain, 148, b"%06o\0 " % sum(plain[:512]))
    try:
        found = inspect(io.BytesIO(gz(plain[: len(PLAIN)])), LIMITS)
    except BadSourceError as error:
        reason = error.reason
    else:
        reason = f"archive: {sorted(found.members)}"
    assert reason.startswith(("archive: ", "jobs: "))
