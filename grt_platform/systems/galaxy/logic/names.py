"""What the file names of a galaxy upload mean: instance folders, stems, pairs of archive and metadata."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from grt_platform.kernel.errors import BadSourceError

ARCHIVE, METADATA = ".tar.gz", ".json"
MAX_STEM_BYTES = 200
_IDENTIFIER = re.compile(r"[0-9]+(\.[0-9]+)?")
_LATER_VERSION = re.compile(r"(?P<report_id>.+)~[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Pair:
    """The two files of one report: archive and metadata with the same stem."""

    stem: str
    archive: str
    metadata: str


def instance_id(folder: str) -> str:
    """The instance that a folder name stands for.

    Raises:
        BadSourceError: The name is not a UUID in its usual form (lower case, with hyphens).
    """
    try:
        is_usual = str(UUID(folder)) == folder
    except ValueError:
        is_usual = False
    if not is_usual:
        raise BadSourceError("an instance folder is named by a lower-case UUID; rename it", repr(folder))
    return folder


def stem_of(name: str) -> str | None:
    """The stem of an archive's or metadata's file name; None for any other file."""
    for suffix in (ARCHIVE, METADATA):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return None


def check_stem(stem: str) -> str:
    """The stem itself, when it can name a report on every store.

    Raises:
        BadSourceError: The stem is empty, too long, begins with a dot, or holds a slash or an unprintable character.
    """
    if not stem or len(stem.encode("utf-8", "surrogatepass")) > MAX_STEM_BYTES:
        raise BadSourceError(f"a report's name has 1 to {MAX_STEM_BYTES} bytes; rename it", ascii(stem[:50]))
    if stem.startswith(".") or "/" in stem or "\\" in stem or not stem.isprintable():
        raise BadSourceError(
            "a report's name has no leading dot, slash or control character; rename it", ascii(stem[:50])
        )
    return stem


def check_identifier(identifier: str) -> str:
    """The identifier of an upload over HTTP: the text of a Unix time.

    Raises:
        BadSourceError: It is not digits with at most one dot inside.
    """
    if not _IDENTIFIER.fullmatch(identifier) or len(identifier) > 40:
        raise BadSourceError("a report identifier is a Unix time such as 1501836597.08", ascii(identifier[:50]))
    return identifier


def later_version(report_id: str, sha256: str) -> str:
    """The stem under which other bytes of a known report are kept."""
    return f"{report_id}~{sha256[:12]}"


def report_id_of(name: str) -> str:
    """The report that a stem, file name or path belongs to: all versions of a report share it."""
    base = name.rsplit("/", 1)[-1]
    stem = stem_of(base) or base
    later = _LATER_VERSION.fullmatch(stem)
    return later["report_id"] if later else stem


def pairs(names: Iterable[str]) -> tuple[list[Pair], list[str]]:
    """The complete reports among file names of one folder, by stem, and the names that have no partner (yet)."""
    known = sorted(set(names))
    stems = {name: stem_of(name) for name in known}
    archives = {stem for name, stem in stems.items() if stem and name.endswith(ARCHIVE)}
    metadata = {stem for name, stem in stems.items() if stem and name.endswith(METADATA)}
    whole = sorted(archives & metadata)
    alone = [name for name in known if stems[name] not in archives & metadata]
    return [Pair(stem, stem + ARCHIVE, stem + METADATA) for stem in whole], alone
