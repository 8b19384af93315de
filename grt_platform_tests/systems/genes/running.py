"""Runs the job of an upload of genes, as Dagster would."""

import dagster as dg

from grt_platform.adapters.job_board import JobBoard
from grt_platform.kernel.job import Job, partitions_name, run_tags
from grt_platform_tests.fixtures.platform import QUIET
from grt_platform_tests.fixtures.web import LiveWeb


def run(web: LiveWeb, job_id: str) -> Job:
    """Dagster's run of a job, in this process; returns the job as it ended."""
    from grt_platform.definitions import defs

    job = JobBoard(web.warehouse).get(job_id)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(partitions_name("genes", "parse"), [job_id])
        defs().resolve_job_def("genes_parse").execute_in_process(
            instance=instance,
            partition_key=job_id,
            tags=run_tags(job),
            run_config=QUIET,
            raise_on_error=False,
        )
    return JobBoard(web.warehouse).get(job_id)
