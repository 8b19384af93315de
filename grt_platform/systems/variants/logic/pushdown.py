"""What of a command may be done to each file before the files are combined, and gives the same in the end.

Files are combined by position, so that a record may be left out of its file only when no combined record needs it.
That holds for a region when it takes whole contigs or goes by POS, which combining never changes. It nearly holds for
a region that goes by what a record spans: deletions of different length that begin at one POS become one record as
long as the longest, which may reach into the region when one file's own record does not. Then files are read from as
far to the left as a record can be long, and the segment runs again on what was combined. Where a region goes by what
a variant changes (`--regions-overlap 2`), records are read by what they span, for a record without a variant of its
own holds genotypes too.

Types of variants (`view -v`) may not be left out before: where one file has a SNP, the record of another that says
"like the reference" has another type, and with it would go the genotypes of that file's samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grt_platform.systems.variants.logic.regions import Region
from grt_platform.systems.variants.logic.segment import POSITION, RECORD_OVERLAP, Segment


@dataclass(frozen=True, slots=True)
class Pushdown:
    """Regions that each file is restricted to, before.

    Attributes:
        regions: By contig in the order asked for.
        overlap: As bcftools' `--regions-overlap`: 0 or 1.
        segment: Which segment needs its regions no more, from 0; None when all segments must run as they are.
    """

    regions: tuple[Region, ...]
    overlap: int
    segment: int | None

    @property
    def is_exact(self) -> bool:
        """Whether nothing more than this comes of the segment's regions; else `widened` is what to read."""
        return self.segment is not None

    def widened(self, bases: int) -> "Pushdown":
        """The same with all that may reach into the regions from the left, when no record spans more than `bases`."""
        if self.is_exact:
            return self
        wider = (replace(region, first=max(1, region.first - bases)) for region in self.regions)
        return replace(self, regions=tuple(wider))


def pushed_down(segments: Sequence[Segment]) -> Pushdown | None:
    """What may be done before; None when no segment names regions.

    Contigs named by any segment restrict files at once, for no verb moves a record to another contig. Parts of contigs
    only do while every segment before looks at one record at a time.
    """
    places = [at for at, segment in enumerate(segments) if segment.regions]
    if not places:
        return None
    contigs = set.intersection(*({region.contig for region in segments[at].regions} for at in places))
    for at in places:
        regions = tuple(region for region in segments[at].regions if region.contig in contigs)
        is_whole = all(region.is_whole for region in regions)
        if is_whole or all(segment.is_record_by_record for segment in segments[:at]):
            is_exact = is_whole or segments[at].overlap == POSITION
            return Pushdown(regions, min(segments[at].overlap, RECORD_OVERLAP), at if is_exact else None)
    whole = dict.fromkeys(region.contig for region in segments[places[0]].regions if region.contig in contigs)
    return Pushdown(tuple(map(Region, whole)), RECORD_OVERLAP, None)
