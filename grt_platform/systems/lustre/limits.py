"""How the settings have dumps read and reports made."""

from datetime import date

from grt_platform.settings import settings
from grt_platform.systems.lustre.logic.archived import parse_archived_dirs
from grt_platform.systems.lustre.logic.clock import as_of
from grt_platform.systems.lustre.logic.levels import WarningLevels, parse_levels
from grt_platform.systems.lustre.logic.names import scratch
from grt_platform.systems.lustre.logic.publication import Rule
from grt_platform.systems.lustre.logic.rules import ScanRules, parse_areas, parse_classes


def scan_rules(dumped_on: date) -> ScanRules:
    """How a dump of this date is read."""
    known = settings()
    return ScanRules(
        as_of=as_of(dumped_on),
        areas=parse_areas(known.lustre_areas),
        classes=parse_classes(known.lustre_classes),
        depth=known.lustre_depth,
        max_bad_share=known.lustre_max_bad_share,
        max_tree_directories=known.lustre_max_tree_directories,
        max_tree_depth=known.lustre_max_tree_depth,
        chunk_bytes=known.lustre_chunk_bytes,
    )


def class_names() -> tuple[str, ...]:
    """Names of the file classes, in their order."""
    return tuple(each.name for each in parse_classes(settings().lustre_classes))


def named_volumes() -> tuple[str, ...]:
    """The volumes that the settings expect each day, `114` for `scratch114`; empty leaves it to the ledger."""
    return tuple(scratch(name.strip()) for name in settings().lustre_volumes.split(",") if name.strip())


def archived_folders() -> dict[str, tuple[str, ...]]:
    """Where groups' directories are looked at for the mark of the archiver, by volume."""
    return parse_archived_dirs(settings().lustre_archived_dirs)


def publication_rule() -> Rule:
    """Whether reports wait until every expected volume of their date is loaded."""
    return "full_set" if settings().lustre_publication == "full_set" else "volume"


def special_prefixes() -> tuple[str, ...]:
    """Paths below which splits take the lines of every group."""
    return tuple(prefix.rstrip("/") for prefix in settings().lustre_special_prefixes.split())


def warning_levels() -> WarningLevels:
    """From which expected share of a quota on people are warned."""
    return parse_levels(settings().lustre_warnings)
