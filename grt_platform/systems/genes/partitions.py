"""How genes is cut: by the job that parsed an upload."""

from grt_platform.orchestration.jobs import job_partitions

KIND = "parse"
PARSE_JOBS = job_partitions("genes", KIND)
