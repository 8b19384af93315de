"""How far to the left of a region its files must be read: two files' records of one POS become one, as long as both.

A record of one file may end before the region while another file's, of the same POS, reaches into it; what they become
together is in the region, so both are needed. Each file is asked which records reach over the first position.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grt_platform.systems.variants.engine.pipeline import LANES, Pipeline
from grt_platform.systems.variants.engine.sources import Staged
from grt_platform.systems.variants.logic.regions import Region

_WHAT = "%CHROM\\t%POS\\t%END\\n"


def probes(files: Sequence[Staged], regions: Iterable[Region], pipeline: Pipeline) -> list[Path]:
    """Steps that ask the files; where their answers will be."""
    first = [Region(region.contig, region.first, region.first) for region in regions if region.first > 1]
    if not first:
        return []
    places = pipeline.text("first-positions", [f"{one.contig}\t{one.first}\t{one.first}" for one in first])
    answers = []
    for number, file in enumerate(files):
        file.bring(first)
        after = (number - LANES,) if number >= LANES else ()
        answer = f"{file.name}-reaching"
        pipeline.add(
            "query", "--format", _WHAT, "--regions-file", places, "--output", answer, "--", file.name, after=after
        )
        answers.append(pipeline.directory / answer)
    return answers


def widened(regions: Sequence[Region], answers: Iterable[Path]) -> tuple[Region, ...]:
    """The regions, begun where the first record begins that reaches into them."""
    reaching: dict[str, set[tuple[int, int]]] = {}
    for answer in answers:
        for line in answer.read_text("utf-8", "surrogateescape").splitlines():
            contig, begin, end = line.split("\t")
            reaching.setdefault(contig, set()).add((int(begin), int(end)))
    return tuple(replace(one, first=_first(one, reaching.get(one.contig, set()))) for one in regions)


def _first(region: Region, reaching: set[tuple[int, int]]) -> int:
    begins = (begin for begin, end in reaching if begin < region.first <= end)
    return max(1, min(begins, default=region.first))
