"""Settings of asynchronous jobs."""

from pydantic import Field

from grt_platform.settings.part import Part


class JobSettings(Part):
    """How jobs that people ask for are run and kept."""

    jobs_running: int = Field(4, ge=1, description="Jobs of one kind that may run at once")
    jobs_running_per_project: int = Field(2, ge=1, description="Jobs of one project that may run at once")
    jobs_attempts: int = Field(
        3, ge=1, description="Attempts of a job that may be lost in a row (killed process) before it fails"
    )
    jobs_retention_days: int = Field(
        90, ge=1, description="Days after its end when a job, its partition and its result are removed"
    )
    jobs_interval_s: int = Field(5, ge=1, description="Seconds between two looks of the sensors of jobs")
    jobs_silence_s: int = Field(
        60, ge=10, description="Seconds without a sign of life after which a job's process counts as lost"
    )
