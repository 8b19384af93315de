"""How variants is cut: by the version of an uploaded file, and by the jobs that people asked for."""

import dagster as dg

from grt_platform.orchestration.jobs import job_partitions

VERSIONS = dg.DynamicPartitionsDefinition(name="variants_versions")
QUERY, UPDATE = "query", "update"
QUERY_JOBS = job_partitions("variants", QUERY)
UPDATE_JOBS = job_partitions("variants", UPDATE)
