"""One query answered: from a plan and a command to a result, its index and a log, complete or absent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grt_platform import __version__
from grt_platform.adapters.bcftools.csi import read_csi
from grt_platform.adapters.bcftools.header import RESULT_MARK
from grt_platform.adapters.bcftools.step import packing
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.engine.combining import Combining
from grt_platform.systems.variants.engine.journal import Journal, UnstreamableError
from grt_platform.systems.variants.engine.pipeline import Feed, Pipeline
from grt_platform.systems.variants.engine.sources import Source, Staged, staged
from grt_platform.systems.variants.engine.widening import probes, widened
from grt_platform.systems.variants.logic.command import Command, Segment
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.planning import Plan
from grt_platform.systems.variants.logic.regions import Region

_FORMS = {ResultFormat.VCF: "v", ResultFormat.BCF: "u"}
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query brought.

    Attributes:
        result: The file.
        index: Its CSI index; None for a table.
        records: Records in it, or lines of a table.
        samples: Columns of genotypes that the segments worked on.
        duplicates: Records that several files had, of which one was kept.
        files: Versions that were opened.
        fetched_bytes: Bytes of them that came from elsewhere.
        log: What ran and what it said.
        versions: Versions of the tools.
        contigs: All contigs of the files, in the order of the result.
    """

    result: Path
    index: Path | None
    records: int
    samples: tuple[str, ...]
    duplicates: int
    files: tuple[str, ...]
    fetched_bytes: int
    log: Path
    versions: Mapping[str, str]
    contigs: tuple[str, ...]


def answer(
    plan: Plan,
    command: Command,
    sources: Mapping[str, Source],
    directory: Path,
    tool: Bcftools,
    *,
    result_format: ResultFormat,
    mark: str,
    report: Callable[[str, float], None],
    contigs: Sequence[str] = (),
) -> Answer:
    """The result of a command over the files of a plan: combined for the selected samples, then segment by segment.

    Args:
        plan: Which files, for which samples, put together how.
        command: What is done to the combined records.
        sources: The files of the plan, by version.
        directory: A folder of its own, made where it is missing. Result, index and log are in it afterwards, and
            nothing else; of an error only the log is left.
        tool: bcftools, within its limits.
        result_format: What the result shall be.
        mark: A line of the result's header says so: by it the file is known for a result.
        report: Told the step and the share that is done (0 to 1), about ten times a second; what it raises ends
            everything.
        contigs: Those of a shard: only their records are in the result, which else is what it would be; none for all.

    Raises:
        ToolError: bcftools cannot do what a segment says, such as a tag in an expression that no file has.
        LimitError: It takes more than the limits allow.
        BadSourceError: A file cannot be read, or cannot be combined with the others.
        UnavailableError: Disk or store do not do their work.
    """
    _check_version(tool, command)
    directory.mkdir(parents=True, exist_ok=True)
    journal = Journal(directory, report)
    answering = _Answering(plan, command, tool, journal, result_format, f"##{RESULT_MARK}={mark}", tuple(contigs))
    keep: tuple[str, ...] = ()
    try:
        told = answering.answered(sources)
        keep = (told.result.name, f"{told.result.name}.csi")
        return told
    finally:
        journal.close(keep)


def _check_version(tool: Bcftools, command: Command) -> None:
    has, needs = tool.number(), command.needs
    if has < needs:
        raise BadInputError(
            f"The command needs bcftools {needs[0]}.{needs[1]} or newer, this installation has {has[0]}.{has[1]}; "
            "unset GRT_VARIANTS_BCFTOOLS to use the one inside pysam"
        )


@dataclass(frozen=True, slots=True)
class _Answering:
    plan: Plan
    command: Command
    tool: Bcftools
    journal: Journal
    result_format: ResultFormat
    mark: str
    contigs: tuple[str, ...]

    def answered(self, sources: Mapping[str, Source]) -> Answer:
        journal = self.journal
        journal.enter("open the files", 0.0, 0.1)
        files = staged(self.plan.version_ids, sources, journal)
        with self._session():
            regions, overlap = self._regions(files)
            for file in files.values():
                journal.look()
                file.bring(regions)
            combining = Combining(
                journal.run, journal.directory, files, regions, overlap, self.tool.limits.files_at_once
            )
            try:
                return self._combined(combining)
            except UnstreamableError:
                journal.say("merged again, from files with an index")
        with self._session():
            return self._combined(replace(combining, is_streamed=False))

    @contextmanager
    def _session(self) -> Iterator[None]:
        with self.tool.session(self.journal.directory, self.journal.look) as session:
            self.journal.restart(session)
            yield

    def _combined(self, combining: Combining) -> Answer:
        self.journal.enter("combine the files", 0.1, 0.4)
        pipeline = Pipeline(self.journal.directory)
        feed = combining.combined(self.plan, pipeline)
        self.journal.enter("apply the command", 0.4, 1.0, self.plan.estimated_s)
        result = self._finish(pipeline, feed)
        self.journal.run(pipeline)
        return self._told(combining, result)

    def _regions(self, files: Mapping[str, Staged]) -> tuple[tuple[Region, ...], int]:
        """What is read of each file, and what is in that, as bcftools' `--regions-overlap`."""
        pushed = self.command.pushdown
        if pushed is None:
            return tuple(map(Region, self.contigs)), 0
        regions = self._own(pushed.regions)
        if pushed.is_exact:
            return regions, pushed.overlap
        pipeline = Pipeline(self.journal.directory)
        answers = probes(list(files.values()), regions, pipeline)
        self.journal.run(pipeline)
        return widened(regions, answers), 0

    def _own(self, regions: tuple[Region, ...]) -> tuple[Region, ...]:
        """Those of the shard."""
        return tuple(one for one in regions if not self.contigs or one.contig in self.contigs)

    def _finish(self, pipeline: Pipeline, feed: Feed) -> str:
        """The segments behind the combined stream, and the result behind them; the result's name."""
        commands = [self._command(segment) for segment in self.command.after_pushdown()]
        pipeline.asked = len(pipeline.steps)
        for command in commands[:-1]:
            feed = pipeline.stream(*command, feeds=[feed])
        result = f"result.{self.result_format}"
        if self.result_format is ResultFormat.TSV:
            pipeline.add(*commands[-1], "--output", result, "--", feed.name, after=feed.after)
            return result
        raw = self._unpacked(pipeline, feed, commands[-1:])
        pipeline.steps += packing(raw, result, pipeline.pipe(), self.mark)
        return result

    def _unpacked(self, pipeline: Pipeline, feed: Feed, last: list[tuple[str, ...]]) -> str:
        """The pipe of the result in its form: of the last segment, else of whatever wrote the combined stream."""
        form = _FORMS[self.result_format]
        if not last and feed.name in pipeline.pipes:
            pipeline.retype(form)
            return feed.name
        raw = pipeline.pipe()
        pipeline.write(raw, form, *(last[0] if last else ("view",)), feeds=[feed])
        return raw

    def _command(self, segment: Segment) -> tuple[str, ...]:
        memory = f"{self.tool.limits.sort_memory_bytes // 1024**2}M"
        own = ("--temp-dir", "sorting", "--max-mem", memory) if segment.verb == "sort" else ()
        return (segment.verb, *segment.arguments, *own)

    def _told(self, combining: Combining, result: str) -> Answer:
        path = self.journal.directory / result
        index = None if self.result_format is ResultFormat.TSV else Path(f"{path}.csi")
        records = lines_of(path) if index is None else read_csi(index).records
        left_out = combining.duplicates
        self.journal.say(f"{records} records, {len(self.plan.samples)} samples, {left_out} duplicates left out")
        return Answer(
            result=path,
            index=index,
            records=records,
            samples=self.plan.samples,
            duplicates=left_out,
            files=tuple(combining.files),
            fetched_bytes=sum(file.fetched_bytes for file in combining.files.values()),
            log=self.journal.log,
            versions=versions_of(self.tool),
            contigs=combining.contigs,
        )


def versions_of(tool: Bcftools) -> dict[str, str]:
    """What makes answers: the same versions make the same ones."""
    return {"bcftools": tool.version(), "grt_platform": __version__}


def lines_of(path: Path) -> int:
    """How many lines a table has."""
    with path.open("rb") as stream:
        return sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_PIECE), b""))
