"""Regions of a genome as bcftools writes them: `chr1`, `chr1:5`, `chr1:5-9`, `chr1:5-`, `{HLA-A*01:01}:5-9`.

Names of contigs are those that the VCF specification allows (version 4.3, section 1.4.7), but for one that begins with
`^`, which bcftools takes for "not"; a name with a colon stands in braces. Positions count from 1, both ends are in the
region.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grt_platform.kernel.errors import BadInputError

LAST_POSITION = 2**31 - 1
"""The largest position that BCF can hold."""

_CONTIG = re.compile(r"[0-9A-Za-z!#$%&+./:;?@_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*")
_REGION = re.compile(
    r"(?:\{(?P<braced>[^{}]*)\}|(?P<bare>[^{}:]*))(?::(?P<first>\d*)(?P<dash>-?)(?P<last>\d*))?", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A piece of a contig.

    Attributes:
        contig: Its name.
        first: First position, from 1.
        last: Last position, in the region; None for the contig's end.
    """

    contig: str
    first: int = 1
    last: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole contig."""
        return self.first == 1 and self.last is None

    @property
    def text(self) -> str:
        """The region in the one spelling that bcftools cannot misread."""
        name = f"{{{self.contig}}}" if ":" in self.contig else self.contig
        return name if self.is_whole else f"{name}:{self.first}-{'' if self.last is None else self.last}"


def read_regions(text: str) -> tuple[Region, ...]:
    """The regions of a list separated by commas: contigs in the order asked, regions that touch joined into one.

    Raises:
        ValueError: A region cannot be read; `str()` says which and how to write it.
    """
    return _joined(_read(part.strip()) for part in text.split(","))


def parse_regions(text: str) -> tuple[Region, ...]:
    """The regions that a person asks for; none where the text is blank.

    Raises:
        BadInputError: One cannot be read.
    """
    try:
        return read_regions(text) if text.strip() else ()
    except ValueError as error:
        raise BadInputError(f"The regions cannot be read: {error}") from error


def written(regions: Iterable[Region]) -> str:
    """The list as `read_regions` reads it."""
    return ",".join(region.text for region in regions)


def _read(text: str) -> Region:
    match = _REGION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:80]!r} is no region: write it as chr1, chr1:5, chr1:5-9 or {{name:with:colon}}:5-9")
    contig = match["bare"] if match["braced"] is None else match["braced"]
    if not _CONTIG.fullmatch(contig):
        raise ValueError(f"{text[:80]!r} names no contig: {contig[:80]!r} cannot be the name of one")
    if match["first"] is None:
        return Region(contig)
    if not match["first"]:
        raise ValueError(f"{text[:80]!r} has no first position: write it as {contig}:5-9")
    first = _position(text, match["first"])
    last = (_position(text, match["last"]) if match["last"] else None) if match["dash"] else first
    if last is not None and last < first:
        raise ValueError(f"{text[:80]!r} ends before it begins")
    return Region(contig, first, last)


def _position(text: str, digits: str) -> int:
    if len(digits) > 12 or not 1 <= int(digits) <= LAST_POSITION:
        raise ValueError(f"{text[:80]!r}: positions are from 1 to {LAST_POSITION}")
    return int(digits)


def _joined(regions: Iterable[Region]) -> tuple[Region, ...]:
    by_contig: dict[str, list[Region]] = {}
    for region in regions:
        by_contig.setdefault(region.contig, []).append(region)
    return tuple(one for same in by_contig.values() for one in _touching(sorted(same, key=lambda one: one.first)))


def _touching(ordered: list[Region]) -> list[Region]:
    joined = ordered[:1]
    for region in ordered[1:]:
        before = joined[-1]
        if before.last is None:
            break
        if region.first > before.last + 1:
            joined.append(region)
            continue
        last = None if region.last is None else max(before.last, region.last)
        joined[-1] = Region(before.contig, before.first, last)
    return joined
