"""Compiles every kernel once, so that nobody's first dump waits for it."""

import base64
import io
import zlib
from datetime import UTC, datetime

from grt_platform.systems.lustre.logic.groups_only import scan_groups
from grt_platform.systems.lustre.logic.rescan import rescan
from grt_platform.systems.lustre.logic.rules import (
    DEFAULT_AREAS,
    DEFAULT_CLASSES,
    ScanRules,
    parse_areas,
    parse_classes,
)
from grt_platform.systems.lustre.logic.scan import scan
from grt_platform.systems.lustre.logic.split import SplitRules, split
from grt_platform.systems.lustre.schemas import ENTRIES

_FIELDS = b"\t1\t1\t1\t1\t1\t1\t%c\t1\t1\t1\n"


def warm_up() -> None:
    """Every kernel is compiled and, where a folder can be written, kept for the processes to come.

    Takes about 20 CPU seconds the first time with a version of numba, the processor or this code, then about one.
    """
    paths = {b"/lustre/scratch1/projects/P/D": b"d", b"/lustre/scratch1/projects/P/D/a.bam": b"f"}
    text = b"".join(base64.b64encode(path) + _FIELDS % kind for path, kind in paths.items())
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    dump, parquet = packer.compress(text) + packer.flush(), io.BytesIO()
    rules = ScanRules(datetime(2020, 1, 1, tzinfo=UTC), parse_areas(DEFAULT_AREAS), parse_classes(DEFAULT_CLASSES))
    scanned = scan(
        io.BytesIO(dump),
        "warm-up",
        rules,
        entries=parquet,
        entries_schema=ENTRIES.arrow_schema(with_partition=False),
        bad=lambda _: None,
        scratch=io.BytesIO,
    )
    list(scanned.tree())
    rescan(io.BytesIO(parquet.getvalue()), rules, scratch=io.BytesIO)
    scan_groups(io.BytesIO(dump), "warm-up", rules, bad=lambda _: None)
    split([("warm-up", io.BytesIO(dump))], SplitRules({1: "g"}, {1}), lambda _name, _members: None)
