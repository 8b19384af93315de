"""A project with VCF files behind the real web door; what Dagster's daemon would do is done in this process."""

import gzip
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import dagster as dg
import httpx

from grt_platform.adapters.job_board import JobBoard
from grt_platform.kernel.job import Job, partitions_name, run_tags
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.variants.partitions import VERSIONS
from grt_platform.systems.variants.serving.demo import SAMPLE
from grt_platform_tests.fixtures.job_runs import upload
from grt_platform_tests.fixtures.platform import QUIET
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.vcf_files import bgzip, vcf_text

FIRST, LAST = ((SAMPLE / f"HOM_20ind_17SNPs_{half}_10_samples.vcf.gz").read_bytes() for half in ("first", "last"))
TABLE = (SAMPLE / "sample_metadata_HOM_20ind_17SNPs.tsv").read_bytes()


def vcf(samples: list[str], *records: str) -> bytes:
    """A VCF file of records as `vcf_text` takes them, packed by bgzip."""
    contigs = list(dict.fromkeys(record.split()[0] for record in records))
    return bgzip(vcf_text(samples, records, contigs).encode())


def body(result: bytes) -> list[list[str]]:
    """The lines of a VCF below its description: the header line and the records."""
    text = gzip.GzipFile(fileobj=io.BytesIO(result)).read().decode()
    return [line.split("\t") for line in text.splitlines() if not line.startswith("##")]


@cache
def _definitions() -> dg.Definitions:
    """Everything of the platform, resolved once for all tests: that takes seconds."""
    from grt_platform.definitions import defs

    return defs()


@dataclass
class Project:
    """Project alpha, as one of its people uses it."""

    web: LiveWeb
    headers: Mapping[str, str]
    instance: dg.DagsterInstance
    name: str = "alpha"

    def ask(self, method: str, path: str, expect: int = 200, **what: Any) -> Any:
        """The JSON answer to a request below /variants/projects/alpha, or to another one where it begins with //."""
        address = path[1:] if path.startswith("//") else f"/variants/projects/{self.name}{path}"
        answer = self.web.client.request(method, address, headers=dict(self.headers), **what)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def put(self, name: str, data: bytes) -> ObjectVersion:
        """The object's current version."""
        return upload(self.web.warehouse, self.name, name, data)

    def look(self) -> list[dg.ExecuteInProcessResult]:
        """One tick of the sensor and the runs that it asks for."""
        asked = self._tick("variants_arrivals")
        return [self._looked(request) for request in getattr(asked, "run_requests", None) or []]

    def purges(self) -> None:
        """One tick of the sensor that forgets purged versions."""
        self._tick("variants_purges")

    def _tick(self, name: str) -> Any:
        definition = self.definitions.resolve_sensor_def(name)
        resources = {key: (self.definitions.resources or {})[key] for key in definition.required_resource_keys}
        given = {"instance": self.instance, "definitions": self.definitions, "resources": resources}
        with dg.build_sensor_context(**given) as context:
            return definition(context)

    def _looked(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        return self.run("variants_look", request.partition_key, **request.tags)

    def run(self, job: str, partition: str | None, **tags: str) -> dg.ExecuteInProcessResult:
        """One run in this process."""
        return self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance, partition_key=partition, tags=tags, run_config=QUIET, raise_on_error=False
        )

    def done(self, job_id: str) -> Job:
        """The job, after its run."""
        job = JobBoard(self.web.warehouse).get(job_id)
        self.instance.add_dynamic_partitions(partitions_name("variants", job.kind), [job_id])
        self.run(f"variants_{job.kind}", job_id, **run_tags(job))
        return JobBoard(self.web.warehouse).get(job_id)

    def answer(self, **question: Any) -> Job:
        """The job of a question, after its run."""
        return self.done(self.ask("POST", "/queries", 202, json=question)["job_id"])

    def result(self, job_id: str) -> dict[str, bytes]:
        """The files of an answer."""
        told = self.ask("GET", f"//variants/results/{job_id}")
        return {what: httpx.get(file["url"]).content for what, file in told["files"].items()}

    @property
    def definitions(self) -> dg.Definitions:
        return _definitions()

    @property
    def partitions(self) -> set[str]:
        return set(self.instance.get_dynamic_partitions(str(VERSIONS.name)))


@contextmanager
def project_of(web: LiveWeb, headers: Mapping[str, str]) -> Iterator[Project]:
    """A project with an empty Dagster."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield Project(web, headers, instance)
