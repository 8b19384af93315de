"""A large FASTA file in shards: each parses its records, anywhere; what they made is put together (ADR 0020)."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from grt_platform import __version__
from grt_platform.adapters.memory import keep_freed_memory
from grt_platform.adapters.parquet import fingerprint
from grt_platform.adapters.pieces import Pieces
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.job import Job
from grt_platform.kernel.shards import Shard, how_many, shards
from grt_platform.orchestration.job_run import JobRun
from grt_platform.orchestration.sharding import reporting
from grt_platform.systems.genes.ingest import Parsed, Task, source
from grt_platform.systems.genes.joining import Joining
from grt_platform.systems.genes.logic.cutting import Part, cut_text
from grt_platform.systems.genes.logic.file_names import file_kind
from grt_platform.systems.genes.logic.load import load
from grt_platform.systems.genes.logic.options import Limits
from grt_platform.systems.genes.logic.reading import located_text
from grt_platform.systems.genes.parsing import READ_SHARE, Parsing
from grt_platform.systems.genes.results import pieces_folder
from grt_platform.systems.genes.schemas import GENES, QUARANTINE, SEQUENCES
from grt_platform.systems.genes.shard_files import ShardFiles

_CUT, _SHARDED = 0.05, 0.7
"""How far a job is once its file was cut, and once all its shards are done."""
_MADE_BY = [__version__, *(fingerprint(table) for table in (SEQUENCES, GENES, QUARANTINE))]


@dataclass(frozen=True, slots=True)
class Sharded:
    """The three steps of a file that may be large.

    Attributes:
        parsing: Parses whole files.
    """

    parsing: Parsing

    def cut(self, run: JobRun, *, most: int, enough_bytes: int) -> int:
        """How many shards there are; 1 where the file is parsed as a whole.

        Args:
            run: The job.
            most: Shards.
            enough_bytes: Bytes of one, of the file as it is stored.

        Raises:
            BadInputError: The upload is gone.
            JobGoneError: Somebody canceled the job.
        """
        task = self.parsing.task(run)
        of = how_many(task.size_bytes, enough_bytes, most)
        if of == 1:
            return 1
        parts = parts_of(task, self.parsing.ingest.limits, of, lambda done: run.step("cut", _CUT * done))
        return len(self._pieces(run.job).agree([asdict(part) for part in parts])) if len(parts) > 1 else 1

    def parse(self, run: JobRun, shard: Shard) -> None:
        """The piece of the shard is whole; of records that cannot be taken it says just that there are some.

        Raises:
            BadInputError: The upload is gone.
            JobGoneError: Somebody canceled the job.
        """
        pieces, task = self._pieces(run.job), self.parsing.task(run)
        parts = [Part(**told) for told in pieces.cut or []]
        told = [self._told(pieces, one) for one in shards(len(parts))]
        if len(parts) != shard.of or told[shard.number] is not None or any(map(_is_refused, told)):
            return
        report = reporting(run, shard, sum(one is not None for one in told), (_CUT, _SHARDED))
        with closing(ShardFiles()) as files:
            part = parts[shard.number]
            counts = parse_part(task, self.parsing.ingest.limits, part, files, partial(report, "parse"))
            pieces.keep(shard, files.finish() if counts else {}, {"made_by": _MADE_BY, "counts": counts})

    def join(self, run: JobRun) -> Parsed:
        """Everything that came of the file is where it belongs and the job complete.

        Raises:
            As of `Parsing.do_job`.
        """
        pieces = self._pieces(run.job)
        told = [self._told(pieces, one) for one in shards(len(pieces.cut or []))]
        whole = [one for one in told if one is not None and not _is_refused(one)]
        counts, options = [one["counts"] for one in whole], self.parsing.task(run).options
        joining = Joining(pieces, counts, options, self.parsing.ingest.limits, partial(_tell_join, run))
        parsed = self.parsing.do_job(run, joining.into if len(whole) == len(told) > 1 else None)
        pieces.remove()
        return parsed

    def _told(self, pieces: Pieces, shard: Shard) -> Mapping[str, Any] | None:
        """What is told of a piece that this release made."""
        told = pieces.told(shard)
        return told if told is not None and told["made_by"] == _MADE_BY else None

    def _pieces(self, job: Job) -> Pieces:
        return Pieces(self.parsing.ingest.products, pieces_folder(job.job_id))


def parts_of(task: Task, limits: Limits, of: int, progress: Callable[[float], None]) -> list[Part]:
    """A file in so many parts at most; in none where it cannot be cut, or cannot be taken: who reads it all says so."""
    marks = [task.size_bytes * number // of for number in range(1, of)]
    with ThreadPoolExecutor(limits.workers, thread_name_prefix="genes") as pool:
        try:
            with source(task, progress).open() as stream:
                return cut_text(located_text(stream, file_kind(task.file_name), limits, pool), marks)
        except BadSourceError:
            return []


def parse_part(
    task: Task, limits: Limits, part: Part, files: ShardFiles, progress: Callable[[float], None]
) -> dict[str, int] | None:
    """What was counted of a part, whose rows are in the files; None where a record of it cannot be taken."""
    keep_freed_memory()
    try:
        return asdict(load(source(task, progress, part), task.options, limits, files.begin))
    except BadSourceError:
        return None


def _tell_join(run: JobRun, done: float) -> None:
    run.step("put the parts together", _SHARDED + (READ_SHARE - _SHARDED) * done)


def _is_refused(told: Mapping[str, Any] | None) -> bool:
    return told is not None and told["counts"] is None
