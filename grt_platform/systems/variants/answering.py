"""A query's job, from its pins to its end: files are looked at where nobody has, read, and the result is kept."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from grt_platform.adapters.keeping import sha256_of_file
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.job import Job
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.orchestration.job_run import JobRun
from grt_platform.systems.variants.asking import Exact, resolve_pins
from grt_platform.systems.variants.catalog import unknown
from grt_platform.systems.variants.derived import COPY, COPY_INDEX, INDEX, folder_of
from grt_platform.systems.variants.engine.answering import Answer, answer
from grt_platform.systems.variants.engine.sources import Source
from grt_platform.systems.variants.intake import Intake
from grt_platform.systems.variants.logic.looked import Looked
from grt_platform.systems.variants.logic.planning import Plan, PlanLimits
from grt_platform.systems.variants.logic.provenance import Made, Provenance
from grt_platform.systems.variants.logic.question import Asked
from grt_platform.systems.variants.removal import results_folder
from grt_platform.systems.variants.schemas import QUERY_RESULTS
from grt_platform.systems.variants.workplace import emptied

LOOKED, ANSWERED = 0.15, 0.97
"""How far a job is once its files were looked at, and once it is answered."""
PROVENANCE = "provenance.json"
_AT_ONCE = 8


Brought = Callable[[JobRun, Exact, Plan, Path], Answer | None]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question.

    Attributes:
        row: The row of `query_results`, without the job.
        files: Names of the files that were kept, by what they are.
        warnings: What is not as it should be.
        looked: The versions that had to be looked at first.
    """

    row: Mapping[str, Any]
    files: Mapping[str, str]
    warnings: tuple[str, ...]
    looked: tuple[Looked, ...]

    @property
    def counts(self) -> dict[str, int]:
        """What people read first."""
        names = ("files", "samples", "records", "duplicates", "fetched_bytes", "result_bytes")
        return {name: self.row[name] for name in names}


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers a question.

    Attributes:
        intake: Looks at files that nobody has looked at.
        products: Where results go.
        limits: Bounds of a plan.
    """

    intake: Intake
    products: Store
    limits: PlanLimits

    def do_job(self, run: JobRun, brought: Brought | None = None) -> Answered:
        """The result is in the products and the job complete; before, nobody sees anything of it.

        Args:
            run: The job.
            brought: Gives an answer that others worked out, or None where there is none.

        Raises:
            BadInputError: The question cannot be answered; says why.
            JobGoneError: Somebody canceled the job.
        """
        looked = self._look(run)
        exact = self.exact(run)
        if exact.plan is None:
            raise BadInputError("a pinned version was purged while this waited: ask again")
        with emptied(self.scratch(run.job)) as place:
            found = brought(run, exact, exact.plan, place) if brought else None
            answered = self._keep(run, exact, exact.plan, found or self.answer(run, exact, exact.plan, place), looked)
        self._complete(run, answered)
        return answered

    def exact(self, run: JobRun) -> Exact:
        """The question over its pinned versions.

        Raises:
            BadInputError: It cannot be answered; says why.
        """
        asked = Asked.of_request(run.request, run.pins["samples"])
        return resolve_pins(self.intake.warehouse, run.job.project, asked, run.pins, self.limits)

    def scratch(self, job: Job) -> Path:
        """The job's own folder of this machine."""
        return self.intake.bounds.scratch / "jobs" / job.job_id

    def answer(
        self,
        run: JobRun,
        exact: Exact,
        plan: Plan,
        place: Path,
        *,
        contigs: Sequence[str] = (),
        report: Callable[[str, float], None] | None = None,
    ) -> Answer:
        """The answer, in a folder: for some contigs, or for all where none are named."""
        versions = {known.version.version_id: known.version for known in exact.files}
        return answer(
            plan,
            exact.command,
            self._sources([versions[id_] for id_ in plan.version_ids], place / "sources", run),
            place / "made",
            self.intake.tool,
            result_format=exact.asked.form,
            mark=exact.question,
            report=report or (lambda step, done: run.step(step, LOOKED + (ANSWERED - LOOKED) * done)),
            contigs=contigs,
        )

    def _look(self, run: JobRun) -> tuple[Looked, ...]:
        """Somebody has looked at every pinned version."""
        table = run.pins["sample_table"]
        unseen = unknown(self.intake.warehouse, [*run.pins["files"], *([table] if table else [])])
        looked = []
        for number, version_id in enumerate(unseen):
            run.step("look at files", LOOKED * number / len(unseen))
            looked.append(self.intake.take(version_id, watch=run.check, is_new=True))
        return tuple(each for each in looked if each is not None)

    def _sources(self, versions: Sequence[ObjectVersion], place: Path, run: JobRun) -> dict[str, Source]:
        """Where the engine reads each version; what is derived of one is made anew if it is lost."""
        derived = self.intake.derived
        place.mkdir()
        there = derived.there(run.job.project)
        lost = [version for version in versions if INDEX not in there.get(version.version_id, ())]
        for version in lost:
            looked = self.intake.take(version.version_id, watch=run.check)
            if looked is None or looked.status != "loaded":
                raise BadSourceError((looked and looked.reason) or "it was purged", version.name)
        there = derived.there(run.job.project) if lost else there
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(lambda v: self._source(v, place, is_copied=COPY in there[v.version_id]), versions)
            return {version.version_id: source for version, source in zip(versions, found, strict=True)}

    def _source(self, version: ObjectVersion, place: Path, *, is_copied: bool) -> Source:
        """The version's copy and its index, or the file itself and its index."""
        derived = self.intake.derived
        index = derived.fetched(version, COPY_INDEX if is_copied else INDEX, place / f"{version.version_id}.csi")
        store = derived.store if is_copied else self.intake.objects.store
        key = f"{folder_of(version)}/{COPY}" if is_copied else version.key
        path = store.local_path(key)
        return Source(version.name, path, index, None if path else lambda: store.open(key))

    def _keep(self, run: JobRun, exact: Exact, plan: Plan, found: Answer, looked: tuple[Looked, ...]) -> Answered:
        """The files of the result are in the products, under names that nobody is told before the job is complete."""
        folder, job = results_folder(run.job.project, run.job.job_id), run.job
        made = {"result": found.result, **({"index": found.index} if found.index else {}), "log": found.log}
        told = [Made(path.name, path.stat().st_size, sha256_of_file(path)) for path in made.values()]
        result = told[0]
        row = {
            "project": job.project,
            "question_sha256": exact.question,
            "command": exact.command.normal,
            "format": exact.asked.form.value,
            "files": len(found.files),
            "samples": len(found.samples),
            "records": found.records,
            "duplicates": found.duplicates,
            "fetched_bytes": found.fetched_bytes,
            "result_key": f"{folder}/{result.name}",
            "result_bytes": result.size_bytes,
            "result_sha256": result.sha256,
            "tool": found.versions.get("bcftools", ""),
        }
        answered = Answered(row, {}, _warnings(exact, found), looked)
        provenance = Provenance(
            job={"job_id": job.job_id, "project": job.project, "user": job.user_name, "at": job.created_at.isoformat()},
            question={**run.request, "sha256": exact.question},
            command=exact.command.normal,
            samples=found.samples,
            files=[known.version for known in exact.files if known.version.version_id in set(plan.version_ids)],
            table=exact.table,
            made=told,
            counts=answered.counts,
            tools=found.versions,
            warnings=answered.warnings,
        )
        run.step("keep the result", ANSWERED)
        for path in made.values():
            self.products.put_file(f"{folder}/{path.name}", path)
        self.products.put(f"{folder}/{PROVENANCE}", provenance.text())
        files = {what: path.name for what, path in made.items()} | {"provenance": PROVENANCE}
        return Answered(row, files, answered.warnings, looked)

    def _complete(self, run: JobRun, answered: Answered) -> None:
        """The row and the end of the job are seen together."""
        partition = {"job_id": run.job.job_id}
        frame = pl.DataFrame([answered.row], schema=QUERY_RESULTS.polars_schema(with_partition=False))
        self.intake.lake.replace(QUERY_RESULTS, partition, frame)
        result = {
            "folder": results_folder(run.job.project, run.job.job_id),
            "files": dict(answered.files),
            "size_bytes": answered.row["result_bytes"],
            "sha256": answered.row["result_sha256"],
        }
        with run.completing(result, answered.counts, answered.warnings) as connection:
            self.intake.warehouse.replace(QUERY_RESULTS.served(), partition, frame, connection=connection)


def _warnings(exact: Exact, found: Answer) -> tuple[str, ...]:
    if not found.duplicates:
        return exact.warnings
    return (*exact.warnings, f"{found.duplicates} records stood in several files and are in the result once")
