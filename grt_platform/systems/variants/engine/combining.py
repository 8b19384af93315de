"""The files of a plan as one stream: restricted to samples and regions, concatenated within groups, merged across.

A group of one file is a stream from that file. Files of a group that have the same columns and follow one another are
concatenated from where they lie, by index. All other groups are cut to files of their own first and woven by position
(`concat --allow-overlaps`); a record that several of them have is kept once, from the file that comes first. Groups are
merged as streams where every header numbers its contigs alike; else as files with an index, contig after contig.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.bcftools.csi import read_csi
from grt_platform.systems.variants.engine.pipeline import Feed, Pipeline
from grt_platform.systems.variants.engine.sources import Staged
from grt_platform.systems.variants.logic.planning import Group, Plan, batches
from grt_platform.systems.variants.logic.regions import LAST_POSITION, Region

_WOVEN = ("concat", "--allow-overlaps")
_FORMAT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")

Opener = Callable[[Pipeline], Feed]
"""Adds to a pipeline what reads one part of the plan."""


@dataclass(slots=True)
class Combining:
    """How the groups of one plan become one stream.

    Attributes:
        run: Runs a pipeline, to its end.
        directory: Where.
        files: The pinned files, by version.
        regions: What is read of them; none for everything.
        overlap: What is in a region, as bcftools' `--regions-overlap`.
        most: Files that one command reads at once.
        is_streamed: Whether groups may be merged as streams.
        duplicates: Records that were left out because a file before had them.
    """

    run: Callable[[Pipeline], None]
    directory: Path
    files: Mapping[str, Staged]
    regions: Sequence[Region]
    overlap: int
    most: int
    is_streamed: bool = True
    duplicates: int = 0
    _names: int = 0

    def __post_init__(self) -> None:
        self.is_streamed = self.is_streamed and self._are_numbered_alike
        self.duplicates = 0

    def combined(self, plan: Plan, pipeline: Pipeline) -> Feed:
        """The one stream, by steps of the pipeline; what must be done before has been done."""
        parts = [self._group(group) for group in plan.groups]
        if plan.absent_samples:
            parts.append(self._absent(plan.absent_samples))
        if not self.is_streamed:
            parts = [self._cut(part) for part in parts] if len(parts) > 1 else parts
        while len(parts) > self.most:
            parts = [self._merged([parts[at] for at in batch]) for batch in batches(len(parts), self.most)]
        return self._merge(parts, pipeline)

    @property
    def contigs(self) -> tuple[str, ...]:
        """All contigs, in the order of the header that bcftools makes of those of the files."""
        return tuple(dict.fromkeys(contig for file in self.files.values() for contig in file.contigs))

    @property
    def _are_numbered_alike(self) -> bool:
        """Whether each header begins like the longest one, so that a number means one contig in all."""
        longest = max((file.header.contigs for file in self.files.values()), key=len)
        return all(file.contigs == longest[: len(file.contigs)] for file in self.files.values())

    @property
    def _within(self) -> tuple[str, ...]:
        """Options that restrict a command that has indexes to what is read."""
        if not self.regions:
            return ()
        return "--regions-file", self._places(self.regions), "--regions-overlap", str(self.overlap)

    def _places(self, regions: Sequence[Region]) -> str:
        """The name of a file of regions, contigs in the order of the result."""
        order = {contig: at for at, contig in enumerate(self.contigs)}
        known = sorted((one for one in regions if one.contig in order), key=lambda one: (order[one.contig], one.first))
        lines = [f"{one.contig}\t{one.first}\t{one.last or LAST_POSITION}" for one in known]
        return Pipeline(self.directory).text(self._name("places"), lines)

    def _everywhere(self) -> tuple[str, ...]:
        """Options that have a command with indexes go through all that is read, contig by contig in order."""
        if self.regions:
            return self._within
        held = {contig for file in self.files.values() for contig in file.held}
        return "--regions-file", self._places([Region(contig) for contig in self.contigs if contig in held])

    def _name(self, what: str) -> str:
        self._names += 1
        return f"{what}-{self._names}"

    def _samples(self, samples: Sequence[str]) -> tuple[str, ...]:
        return "--samples-file", Pipeline(self.directory).text(self._name("samples"), samples)

    def _group(self, group: Group) -> Opener:
        files = [self.files[file.version_id] for file in group.files]
        if len(files) == 1:
            return self._restricted(files[0], group.samples)
        columns = {file.header.samples for file in files}
        if group.is_ordered and len(columns) == 1 and len(files) <= self.most:
            return self._followed(files, group.samples)
        return self._woven(files, group.samples)

    def _restricted(self, file: Staged, samples: tuple[str, ...]) -> Opener:
        """One file: as it is, or what `view` leaves of it."""
        options = self._samples(samples) if samples != file.header.samples else ()
        command = ("view", *(self._within if file.is_sorted else self._everywhere()), *options)
        return lambda pipeline: pipeline.stream(*command, feeds=[file.feed]) if command[1:] else file.feed

    def _followed(self, files: Sequence[Staged], samples: tuple[str, ...]) -> Opener:
        """Files of the same columns, one after the other."""
        command = (*_WOVEN, *self._everywhere())
        feeds = [file.feed for file in files]
        if samples == files[0].header.samples:
            return lambda pipeline: pipeline.stream(*command, feeds=feeds)
        options = self._samples(samples)
        return lambda pipeline: pipeline.stream("view", *options, feeds=[pipeline.stream(*command, feeds=feeds)])

    def _woven(self, files: Sequence[Staged], samples: tuple[str, ...]) -> Opener:
        """Files whose records lie among each other, cut and woven."""
        options, within = self._samples(samples), self._within
        pipeline = Pipeline(self.directory)
        view = ("view", *within, *options)
        cut = [pipeline.store(self._name(f"{file.name}-cut"), *view, feeds=[file.feed]) for file in files]
        self.run(pipeline)
        parts = [Feed(feed.name) for feed in cut]
        before = sum(map(self._records, parts))
        while len(parts) > 1:
            parts = [self._weave([parts[at] for at in batch]) for batch in batches(len(parts), self.most)]
        self.duplicates += before - self._records(parts[0])
        return lambda _: parts[0]

    def _weave(self, feeds: Sequence[Feed]) -> Feed:
        if len(feeds) == 1:
            return feeds[0]
        pipeline = Pipeline(self.directory)
        feed = pipeline.store(self._name("woven"), *_WOVEN, "--remove-duplicates", *self._everywhere(), feeds=feeds)
        return self._done(pipeline, feed, feeds)

    def _absent(self, samples: Sequence[str]) -> Opener:
        """A file without records that has these columns: their genotypes are missing everywhere."""
        contigs = [f"##contig=<ID={contig}>" for contig in self.contigs]
        lines = ["##fileformat=VCFv4.2", *contigs, _FORMAT, "\t".join([*_COLUMNS, *samples])]
        name = Pipeline(self.directory).text(self._name("absent"), lines)
        return lambda pipeline: pipeline.stream("view", feeds=[Feed(name)])

    def _cut(self, part: Opener) -> Opener:
        """A part as a file with an index."""
        pipeline = Pipeline(self.directory)
        feed = part(pipeline)
        if pipeline.steps:
            feed = self._done(pipeline, pipeline.store(self._name("part"), "view", feeds=[feed]), [])
        return lambda _: feed

    def _merged(self, parts: Sequence[Opener]) -> Opener:
        """Some of the parts, as one file."""
        if len(parts) == 1:
            return parts[0]
        pipeline = Pipeline(self.directory)
        feeds = [part(pipeline) for part in parts]
        feed = self._done(pipeline, pipeline.store(self._name("merged"), *self._merging, feeds=feeds), feeds)
        return lambda _: feed

    def _merge(self, parts: Sequence[Opener], pipeline: Pipeline) -> Feed:
        feeds = [part(pipeline) for part in parts]
        return pipeline.stream(*self._merging, feeds=feeds) if len(feeds) > 1 else feeds[0]

    @property
    def _merging(self) -> tuple[str, ...]:
        return ("merge", "--no-index") if self.is_streamed else ("merge", *self._everywhere())

    def _done(self, pipeline: Pipeline, made: Feed, used: Sequence[Feed]) -> Feed:
        """Run it; what it made is whole, and those of our own files that it used are gone."""
        self.run(pipeline)
        inputs = {file.name for file in self.files.values()} | set(pipeline.pipes)
        for feed in used:
            if feed.name not in inputs:
                (self.directory / feed.name).unlink()
                (self.directory / f"{feed.name}.csi").unlink()
        return Feed(made.name)

    def _records(self, feed: Feed) -> int:
        return read_csi(self.directory / f"{feed.name}.csi").records
