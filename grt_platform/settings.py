"""Every GRT_* setting of the platform; nothing else reads the environment for them."""

import os
from functools import cache
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from grt_platform.kernel.errors import BadInputError

_PROJECT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder of this installation: GRT_HOME, by default `.grt` beside the project."""
    return Path(os.environ.get("GRT_HOME") or _PROJECT / ".grt").expanduser().absolute()


class Settings(BaseSettings):
    """The settings of one process: the environment first, then `GRT_HOME/grt.env`, which `grt up` writes."""

    model_config = SettingsConfigDict(env_prefix="GRT_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=home, description="Folder that holds everything of one installation")

    raw_url: str = Field("", description="Where raw objects are kept: a folder or s3://bucket/prefix")
    lake_url: str = Field("", description="Where Parquet tables are kept: a folder or s3://bucket/prefix")
    products_url: str = Field("", description="Where files for people are kept: a folder or s3://bucket/prefix")
    s3_endpoint: str = Field("", description="URL of the S3 server; empty for AWS")
    s3_region: str = Field("us-east-1", description="Region of the S3 buckets")
    s3_access_key: str = Field("", description="Access key id; empty for the usual AWS sources")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Secret access key")
    signing_key: SecretStr = Field(SecretStr(""), description="Key that signs the URLs of folder stores")

    warehouse_url: SecretStr = Field(
        SecretStr(""), description="Postgres of served tables, postgresql://user:password@host:port/db"
    )
    warehouse_reader_url: SecretStr = Field(SecretStr(""), description="The same with the read-only role of `grt sql`")
    dagster_url: SecretStr = Field(SecretStr(""), description="Postgres of Dagster's own storage")

    web_host: str = Field("127.0.0.1", description="Address the HTTP API listens on")
    web_port: int = Field(0, description="Port of the HTTP API; 0 picks a free one and remembers it")
    web_url: str = Field("", description="Public address of the HTTP API; empty derives it from host and port")
    web_idle_s: float = Field(60, gt=0, description="Seconds without a byte after which an upload is ended")
    ui_host: str = Field("127.0.0.1", description="Address the Dagster UI listens on")
    ui_port: int = Field(0, description="Port of the Dagster UI; 0 picks a free one and remembers it")
    postgres_port: int = Field(0, description="Port of the embedded Postgres; 0 picks a free one and remembers it")
    admin_key: SecretStr = Field(SecretStr(""), description="Key of the platform's administrator for the HTTP API")

    ldap_url: str = Field(
        "", description="The directory, ldap://host:port or ldaps://host:port; empty where there is none"
    )
    ldap_starttls: bool = Field(default=False, description="Encrypt an ldap:// connection before anything else is said")
    ldap_ca_file: str = Field(
        "", description="Certificates (PEM) that vouch for the directory; empty takes those of the machine"
    )
    ldap_bind_dn: str = Field("", description="Entry that searches the directory; empty searches anonymously")
    ldap_bind_password: SecretStr = Field(SecretStr(""), description="Password of that entry")
    ldap_timeout_s: int = Field(10, ge=1, description="Longest wait for the directory: to connect, and for each answer")
    ldap_page_size: int = Field(500, ge=1, description="Entries that one answer of the directory holds at most")
    token: SecretStr = Field(
        SecretStr(""), description="Access token that commands send; empty for the one kept at sign-in"
    )
    project: str = Field("default", description="Project that commands mean when none is named")

    objects_quota_bytes: int = Field(
        100 * 1024**3, ge=0, description="Room of a project's objects, where the project has no limit of its own"
    )
    objects_max_bytes: int = Field(1024**4, ge=1, le=5 * 1024**4, description="Largest object that people may upload")
    objects_max_pending: int = Field(1000, ge=1, description="Uploads of a project under way at once, at most")
    objects_upload_hours: int = Field(24, ge=2, description="Hours after which an upload that nobody goes on with ends")
    objects_events_secret: SecretStr = Field(
        SecretStr(""), description="Secret of bucket notifications (bearer token or HMAC key); empty takes none"
    )

    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR")
    sensor_interval_s: int = Field(10, ge=1, description="Seconds between two looks of a sensor")
    batch_partitions: int = Field(50, ge=1, description="Partitions that one backfill run takes at most")
    alert_webhook_url: str = Field("", description="URL that gets a JSON POST for every failed run")
    alert_smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:port that mails every failed run"
    )
    alert_email_from: str = Field("", description="Sender of those mails")
    alert_email_to: str = Field("", description="Receivers of those mails, separated by commas")

    event_log_days: int = Field(
        90, ge=1, description="Days after which Dagster's step events are pruned; runs and materializations stay"
    )

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

    galaxy_first_month: str = Field(
        "2025-01", pattern=r"^\d{4}-\d{2}$", description="First month in which reports were received"
    )
    galaxy_max_archive_bytes: int = Field(2 * 1024**3, ge=1, description="Largest archive taken")
    galaxy_max_unpacked_bytes: int = Field(
        64 * 1024**3, ge=1, description="Largest sum of the sizes of an archive's members"
    )
    galaxy_max_ratio: int = Field(1000, ge=1, description="Largest unpacked size over packed size")
    galaxy_max_members: int = Field(64, ge=1, description="Most members of an archive")
    galaxy_max_metadata_bytes: int = Field(4 * 1024**2, ge=1, description="Largest metadata file taken")
    galaxy_max_bad_share: float = Field(
        0.5, ge=0, le=1, description="Share of bad rows above which an archive is rejected"
    )
    galaxy_freshness_days: int = Field(10, ge=1, description="Days without a report after which an instance is late")

    @property
    def raw(self) -> str:
        """URL of the raw store."""
        return self.raw_url or str(self.home / "raw")

    @property
    def lake(self) -> str:
        """URL of the lake."""
        return self.lake_url or str(self.home / "lake")

    @property
    def products(self) -> str:
        """URL of the products."""
        return self.products_url or str(self.home / "products")


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return _read(home() / "grt.env")


def given() -> Settings:
    """What a person set: the environment, without what somebody took into it from `grt.env` itself."""
    made = dotenv_values(home() / "grt.env")
    echoes = {name.removeprefix("GRT_").lower() for name, value in made.items() if os.environ.get(name) == value}
    fields = Settings.model_fields
    defaults = {name: fields[name].get_default(call_default_factory=True) for name in echoes & set(fields)}
    return _read(None).model_copy(update=defaults)


def _read(env_file: Path | None) -> Settings:
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GRT_{'_'.join(map(str, first['loc'])).upper()}"
        raise BadInputError(f"{name} is {first['input']!r}: {first['msg']}; correct it or unset it") from error
