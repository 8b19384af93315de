"""How the benchmarks of lustre have dumps read: as by default, at the end of the made dump's date."""

from datetime import UTC, date, datetime
from typing import Any

from grt_platform.systems.lustre.logic.rules import (
    DEFAULT_AREAS,
    DEFAULT_CLASSES,
    ScanRules,
    parse_areas,
    parse_classes,
)

DUMPED_ON = date(2026, 11, 25)


ROLLED_UP = 7
"""Depth of the benchmarks' roll-up: `/lustre/scratch114/projects/P/D/E/F`."""


def rules(**changes: Any) -> ScanRules:
    """The default ones, with changes."""
    as_of = datetime(DUMPED_ON.year, DUMPED_ON.month, DUMPED_ON.day, 23, 59, 59, tzinfo=UTC)
    return ScanRules(as_of, parse_areas(DEFAULT_AREAS), parse_classes(DEFAULT_CLASSES), **changes)
