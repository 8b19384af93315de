"""A large question in shards: each answers it for some contigs, anywhere; their answers are put together (ADR 0020)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grt_platform.adapters.pieces import Pieces
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.job import Job
from grt_platform.kernel.shards import Shard, cut, how_many, shards
from grt_platform.orchestration.job_run import JobRun
from grt_platform.orchestration.sharding import reporting
from grt_platform.systems.variants.answering import ANSWERED, LOOKED, Answered, Answering
from grt_platform.systems.variants.asking import Exact
from grt_platform.systems.variants.catalog import dimensions_of
from grt_platform.systems.variants.engine.answering import Answer, versions_of
from grt_platform.systems.variants.engine.joining import joined
from grt_platform.systems.variants.logic.cutting import can_be_cut, is_in_order, weighed
from grt_platform.systems.variants.logic.planning import Plan
from grt_platform.systems.variants.removal import results_folder
from grt_platform.systems.variants.workplace import emptied

_RESULT, _LOG = "result", "log.txt"
_JOINED = 0.1  # of the time that answering takes


@dataclass(frozen=True, slots=True)
class Sharded:
    """The three steps of a question that may be large.

    Attributes:
        answering: Answers.
    """

    answering: Answering

    def cut(self, run: JobRun, *, most: int, enough_s: float) -> int:
        """How many shards there are; 1 where the question is answered as a whole.

        Args:
            run: The job.
            most: Shards.
            enough_s: Likely seconds of one.

        Raises:
            BadInputError: The question cannot be answered; says why.
        """
        exact = self.answering.exact(run)
        if exact.plan is None or not can_be_cut(exact.command, exact.asked.form):
            return 1
        contigs = weighed(exact.plan, dimensions_of(self.answering.intake.warehouse, exact.files), exact.command)
        names, of = list(contigs), how_many(exact.plan.estimated_s, enough_s, most)
        parts = [[names[at] for at in part] for part in cut(list(contigs.values()), of)]
        return len(self._pieces(run.job).agree(parts)) if len(parts) > 1 else 1

    def answer(self, run: JobRun, shard: Shard) -> None:
        """The piece of the shard is whole, unless the contigs come in another order than was thought.

        Raises:
            BadInputError: The question cannot be answered; says why.
            JobGoneError: Somebody canceled the job.
        """
        pieces, exact = self._pieces(run.job), self.answering.exact(run)
        parts = pieces.cut
        if exact.plan is None:
            raise BadInputError("a pinned version was purged while this waited: ask again")
        if parts is None or len(parts) != shard.of or self._told(pieces, shard) is not None:
            return
        done = sum(self._told(pieces, one) is not None for one in shards(shard.of))
        report = reporting(run, shard, done, (LOOKED, ANSWERED - _JOINED))
        with emptied(self.answering.scratch(run.job) / shard.key) as place:
            found = self.answering.answer(run, exact, exact.plan, place, contigs=parts[shard.number], report=report)
            if is_in_order(parts, found.contigs):
                pieces.keep(shard, {_RESULT: found.result, _LOG: found.log}, _note(found))

    def join(self, run: JobRun) -> Answered:
        """The result is in the products and the job complete, put together where all pieces are there.

        Raises:
            As of `Answering.do_job`.
        """
        answered = self.answering.do_job(run, self._joined)
        self._pieces(run.job).remove()
        return answered

    def _joined(self, run: JobRun, exact: Exact, plan: Plan, place: Path) -> Answer | None:
        pieces = self._pieces(run.job)
        all_shards = shards(len(pieces.cut or []))
        told = [note for shard in all_shards if (note := self._told(pieces, shard)) is not None]
        if not told or len(told) < len(all_shards):
            return None
        run.step("put the parts together", ANSWERED - _JOINED)
        made, tool = place / "made", self.answering.intake.tool
        made.mkdir()
        try:
            parts, log = _brought(pieces, all_shards, made, run.check)
        except BadSourceError:
            return None  # a piece is damaged, or two who made it differ
        whole = joined(parts, made, tool, exact.asked.form, run.check)
        return Answer(
            result=whole.result,
            index=whole.index,
            records=whole.records,
            samples=plan.samples,
            duplicates=sum(note["duplicates"] for note in told),
            files=plan.version_ids,
            fetched_bytes=sum(note["fetched_bytes"] for note in told),
            log=log,
            versions=versions_of(tool),
            contigs=(),
        )

    def _told(self, pieces: Pieces, shard: Shard) -> Mapping[str, Any] | None:
        """What is told of a piece that the present tools made."""
        told = pieces.told(shard)
        return told if told is not None and told["versions"] == versions_of(self.answering.intake.tool) else None

    def _pieces(self, job: Job) -> Pieces:
        return Pieces(self.answering.products, f"{results_folder(job.project, job.job_id)}/pieces")


def _note(found: Answer) -> dict[str, Any]:
    return {
        "duplicates": found.duplicates,
        "fetched_bytes": found.fetched_bytes,
        "records": found.records,
        "versions": dict(found.versions),
    }


def _brought(
    pieces: Pieces, all_shards: Sequence[Shard], folder: Path, watch: Callable[[], None]
) -> tuple[list[Path], Path]:
    """The results of all shards, and one log of what each ran and what that said."""
    parts, log, told = [folder / f"part-{shard.number}" for shard in all_shards], folder / _LOG, folder / "part.log"
    for shard, part in zip(all_shards, parts, strict=True):
        watch()
        pieces.bring(shard, _RESULT, part)
        pieces.bring(shard, _LOG, told)
        with log.open("ab") as stream:
            stream.write(f"part {shard.number + 1} of {shard.of}\n".encode() + told.read_bytes())
    return parts, log
