"""Every GRT_* setting of the platform; nothing else reads the environment for them."""

import os
from functools import cache
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from grt_platform.kernel.addresses import http_url
from grt_platform.kernel.errors import BadInputError

_PROJECT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder of this installation: GRT_HOME, by default `.grt` beside the project."""
    return Path(os.environ.get("GRT_HOME") or _PROJECT / ".grt").expanduser().absolute()


class Settings(BaseSettings):
    """The settings of one process: the environment first, then `GRT_HOME/grt.env`, which `grt up` writes."""

    model_config = SettingsConfigDict(env_prefix="GRT_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=home, description="Folder that holds everything of one installation")
    systems: str = Field(
        "", description="Systems that this installation has, by blanks, such as `galaxy lustre`; empty: all of them"
    )

    raw_url: str = Field("", description="Where raw objects are kept: a folder or s3://bucket/prefix")
    lake_url: str = Field("", description="Where Parquet tables are kept: a folder or s3://bucket/prefix")
    products_url: str = Field("", description="Where files for people are kept: a folder or s3://bucket/prefix")
    s3_endpoint: str = Field("", description="URL of the S3 server; empty for AWS")
    s3_public_endpoint: str = Field(
        "", description="URL of the same server for people and programs elsewhere, who get signed URLs; empty: the same"
    )
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
    web_idle_s: float = Field(
        60, gt=0, description="Seconds without a byte, or with less than 1 KiB/s, after which a request is ended"
    )
    ui_host: str = Field("127.0.0.1", description="Address the Dagster UI listens on")
    ui_port: int = Field(0, description="Port of the Dagster UI; 0 picks a free one and remembers it")
    ui_path: str = Field(
        "", pattern="^(/[a-z0-9_-]+)*$", description="Path of the Dagster UI behind a proxy, such as /dagster"
    )
    ui_access: Literal["admin", "signed_in"] = Field(
        "admin", description="Whom that proxy lets through to the Dagster UI: an `admin`, or anybody `signed_in`"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics; empty leaves it to administrators"
    )
    postgres_port: int = Field(0, description="Port of the embedded Postgres; 0 picks a free one and remembers it")
    admin_key: SecretStr = Field(SecretStr(""), description="Key of the platform's administrator for the HTTP API")

    trusted_proxies: str = Field(
        "", description="Addresses or networks, by commas, whose X-Forwarded-For and -Proto are believed"
    )
    sign_in: Literal["local", "ldap"] = Field(
        "local", description="Who checks passwords: `local` hashes in Postgres, or an `ldap` directory"
    )
    password_length: int = Field(12, ge=8, le=128, description="Least characters of a local password")
    session_idle_s: int = Field(4 * 3600, ge=60, description="Seconds without a request after which a sign-in ends")
    session_s: int = Field(24 * 3600, ge=60, description="Seconds after which a sign-in ends however busy it is")
    ldap_people_base: str = Field("", description="Entry below which people are looked up who sign in")
    ldap_people_name: str = Field("uid", description="Attribute that holds the name to sign in with")
    ldap_people_title: str = Field("cn", description="Attribute that holds the name people see")
    oidc_issuer: str = Field(
        "", description="OpenID Connect provider to sign in with as well, https://...; no other issuer is believed"
    )
    oidc_client_id: str = Field("", description="Name of this platform at that provider")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Its secret there; empty for a public client")
    oidc_title: str = Field("single sign-on", description="What the button of that provider says")
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

    embed_sites: str = Field(
        "",
        pattern=r"^(https?://[^\s;,\"']+( https?://[^\s;,\"']+)*)?$",
        description="Sites, by blanks, that may show charts of Galaxy's tools in a frame; anybody sees these then; "
        "empty for none",
    )

    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR")
    sensor_interval_s: int = Field(10, ge=1, description="Seconds between two looks of a sensor")
    look_objects: int = Field(
        100_000, ge=1, description="Objects that one look of a sensor lists, about; the next look goes on behind them"
    )
    look_s: float = Field(
        2.0, gt=0, description="Seconds after which one look of a sensor lists no further; the next look goes on there"
    )
    batch_partitions: int = Field(50, ge=1, description="Partitions that one backfill run takes at most")
    alert_window_minutes: int = Field(
        60, ge=0, description="Minutes in which people hear of one failing thing once, however often it fails"
    )
    alert_webhook_url: str = Field("", description="URL that gets a JSON POST when something fails, or works again")
    alert_smtp_url: SecretStr = Field(
        SecretStr(""), description="Mail server for the same: smtp://user:password@host:587, or smtps://"
    )
    alert_smtp_ca_file: str = Field(
        "", description="Certificates (PEM) that vouch for the mail server; empty takes those of the machine"
    )
    alert_email_from: str = Field("", description="Sender of those mails")
    alert_email_to: str = Field("", description="Receivers of those mails, separated by commas")

    broker_url: SecretStr = Field(
        SecretStr(""),
        description="RabbitMQ that hands steps to workers, amqp://user:password@host:port/vhost; empty: no workers",
    )
    queue_systems: str = Field("", description="Systems whose assets have a queue of their own, by blanks")
    workers: str = Field(
        "light=2 heavy=1", description="Workers that `grt up` starts where there is a broker: `queue=steps at once`"
    )
    code_host: str = Field("127.0.0.1", description="Host where the UI and the daemon find Dagster's code server")
    code_listen: str = Field("127.0.0.1", description="Address Dagster's code server listens on")
    code_port: int = Field(0, description="Port of Dagster's code server; 0 picks a free one and remembers it")
    runs_at_once: int = Field(4, ge=1, description="Runs under way at once; more wait in the queue of runs")
    run_hours: int = Field(72, ge=1, description="Hours after which a run that is still under way is ended")
    shards: int = Field(
        8, ge=1, le=1000, description="Most steps into which one large thing is cut where there are workers; 1: none"
    )
    compute_logs_url: str = Field(
        "", description="Where the output of steps is kept: a folder or s3://bucket/prefix; empty for GRT_HOME/dagster"
    )

    event_log_days: int = Field(
        90, ge=1, description="Days after which Dagster's step events are pruned; runs and materializations stay"
    )

    lustre_groups_file: str = Field(
        "", description="CSV gid,name,pi,is_humgen that stands in for the directory of groups"
    )
    lustre_quotas_file: str = Field(
        "", description="CSV volume,group,block_limit_kib,inode_limit that stands in for `lfs quota`"
    )
    lustre_passwd_file: str = Field(
        "", description="passwd(5) file that goes with the groups file, for splits by group"
    )
    lustre_group_base: str = Field(
        "ou=group,dc=sanger,dc=ac,dc=uk", description="Entry of the directory below which groups are"
    )
    lustre_group_filter: str = Field("(objectClass=posixGroup)", description="Which entries there are groups")
    lustre_humgen_filter: str = Field(
        "(objectClass=sangerHumgenProjectGroup)", description="Which of them are groups of human genetics"
    )
    lustre_pi_attribute: str = Field("sangerProjectPI", description="Attribute that names a group's investigator")
    lustre_people_base: str = Field(
        "ou=people,dc=sanger,dc=ac,dc=uk", description="Entry of the directory below which people are"
    )
    lustre_people_filter: str = Field("(uid=*)", description="Which entries there are people")
    lustre_mounts: str = Field("/lustre/{volume}", description="Where a volume is mounted, `{volume}` for its name")
    lustre_lfs: str = Field("lfs", description="The program that tells quotas")
    lustre_lfs_timeout_s: float = Field(30, gt=0, description="Longest wait for one of its answers")
    lustre_lfs_at_once: int = Field(4, ge=1, description="How many of it run at once")
    lustre_archived_dirs: str = Field(
        "scratch114=/lustre/scratch114/teams /lustre/scratch114/projects; "
        "scratch115=/lustre/scratch115/teams /lustre/scratch115/projects; "
        "scratch118=/lustre/scratch118/humgen/old-team-data /lustre/scratch118/humgen/hgi/projects; "
        "scratch119=/lustre/scratch119/humgen/teams /lustre/scratch119/humgen/projects; "
        "scratch123=/lustre/scratch123/hgi/teams /lustre/scratch123/hgi/projects",
        description="Where groups' directories are looked at for `.imirrored`: `volume=folder folder; volume=...`",
    )
    lustre_warnings: str = Field(
        "OK; Kinda OK=3d>0.8 7d>0.8; Not OK=3d>0.95 7d>0.95",
        description="Warning levels, the worst last: after how many days which share of a quota is too much",
    )
    lustre_publication: str = Field(
        "volume",
        pattern="^(volume|full_set)$",
        description="When a date is published: with each `volume`, or once there is a `full_set` of dumps",
    )
    lustre_max_days_ago: int = Field(
        10, ge=1, description="Days back, today counted, that `grt lustre plan` looks and full sets are published"
    )
    lustre_archived_below_bytes: int = Field(
        104_857_600, ge=0, description="Only groups that use less are looked at so"
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

    ena_url: str = Field("https://www.ebi.ac.uk/ena/portal/api", description="Address of ENA's portal API")
    ena_files_url: str = Field(
        "https://", description="What stands before a file's location; locations at ENA name their host first"
    )
    ena_requests_per_s: float = Field(50, gt=0, le=50, description="Requests a second to ENA, over the whole platform")
    ena_requests_at_once: int = Field(10, ge=1, le=10, description="Requests to ENA at once, over the whole platform")
    ena_request_attempts: int = Field(8, ge=1, description="Attempts of one question to ENA in one check")
    ena_first_pause_s: float = Field(
        1, gt=0, description="Pause after ENA's first bad answer; each next one is doubled"
    )
    ena_subtree: bool = Field(default=True, description="Take the taxa below a tracked one too (`tax_tree`)")
    ena_overlap_days: int = Field(14, ge=0, description="Days before the last check that the next one asks for again")
    ena_slice_runs: int = Field(100_000, ge=1, description="Runs that one answer of ENA holds, as far as days allow")
    ena_recheck_days: int = Field(
        7, ge=1, description="Days after its last check when a complete taxon is checked again"
    )
    ena_retry_minutes: int = Field(60, ge=1, description="Minutes until a taxon is tried again after ENA failed")
    ena_interval_s: int = Field(5, ge=1, description="Seconds between two heartbeats")
    ena_checks_at_once: int = Field(4, ge=1, description="Taxa that are checked at once")
    ena_provider: str = Field(
        "local", pattern="^(local|digitalocean)$", description="Who lends machines: local (this one) or digitalocean"
    )
    ena_batches: int = Field(2, ge=1, le=1000, description="Machines that share the runs of one check, at most")
    ena_split: str = Field("bytes", pattern="^(bytes|turn)$", description="Runs are divided by bytes or in turn")
    ena_max_machines: int = Field(10, ge=1, description="Machines that may exist at once, over all taxa")
    ena_deadline_hours: int = Field(24, ge=1, description="Hours after which a person is told of an unfinished machine")
    ena_poll_s: int = Field(300, ge=1, description="Seconds of silence after which a rented machine is looked at")
    ena_attempts: int = Field(5, ge=1, description="Attempts of each file, and restarts of a worker on this machine")
    ena_connections: int = Field(8, ge=1, le=64, description="Connections that one machine fetches with")
    ena_timeout_s: float = Field(60, gt=0, description="Silence after which a machine gives a connection up")
    ena_cost_ceiling_usd: float = Field(
        100, ge=0, description="Cost of the machines that exist above which people hear"
    )
    ena_home: str = Field("", description="Folder of the reads at home; empty for GRT_HOME/ena/reads")
    ena_log_dir: str = Field("", description="Folder of the logs, one for each taxon; empty for GRT_HOME/logs/ena")
    ena_callback_url: str = Field("", description="Address of our HTTP API as machines see it; empty takes GRT_WEB_URL")
    ena_ssh_key: str = Field("", description="Private ssh key that signs in to rented machines; its .pub beside it")
    ena_ssh_port: int = Field(22, ge=1, le=65535, description="Port of ssh on rented machines")
    ena_ssh_user: str = Field("root", description="User that is signed in as on rented machines")
    ena_machine_data: str = Field("/srv/grt/data", description="Folder of the reads on a rented machine")
    ena_nextflow: bool = Field(default=True, description="Rented machines fetch with nextflow where they can get it")
    ena_assembly_command: str = Field(
        "", description="Program run for each verified batch with its taxon, batch and folder; empty runs none"
    )
    digitalocean_url: str = Field("https://api.digitalocean.com", description="Address of DigitalOcean's API")
    digitalocean_token: SecretStr = Field(SecretStr(""), description="Token that may create, read and delete droplets")
    digitalocean_region: str = Field("fra1", description="Region of droplets")
    digitalocean_size: str = Field("s-2vcpu-4gb", description="Size of droplets")
    digitalocean_image: str = Field("debian-12-x64", description="Image of droplets")
    digitalocean_tag: str = Field("grt-ena", description="Tag of all droplets of this installation")

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

    lustre_first_date: str = Field(
        "2019-01-01", pattern=r"^\d{4}-\d{2}-\d{2}$", description="First date of which dumps are taken"
    )
    lustre_volumes: str = Field(
        "", description="Volumes expected each day, by commas; empty expects those of the last ten days"
    )
    lustre_areas: str = Field(
        "/lustre/scratch[0-9]+/(projects|teams); /lustre/scratch[0-9]+/realdata/mdt[0-9]/(projects|teams); "
        "/lustre/scratch118/humgen/hgi/projects; /lustre/scratch118/humgen/old-team-data; "
        "/lustre/scratch119/humgen/(projects|teams); /lustre/scratch123/hgi/(projects|teams)",
        description="Directories whose sub-directories are projects: a pattern each, `;` between them",
    )
    lustre_classes: str = Field(
        "BAM=.bam .sam .bam.gz .sam.gz; CRAM=.cram .cram.gz; VCF=.vcf .bcf .gvcf .vcf.gz .bcf.gz .gvcf.gz; "
        "PEDBED=.ped .bed .ped.gz .bed.gz",
        description="File classes in the order they are tried: `NAME=.suffix .suffix; NAME=...`",
    )
    lustre_depth: int = Field(2, ge=1, le=7, description="Levels of directories below an area told apart")
    lustre_special_prefixes: str = Field(
        "/lustre/scratch116/vr/projects /lustre/scratch116/humgen/projects /lustre/scratch116/tol/projects",
        description="Paths below which splits take the lines of every group, with blanks between them",
    )
    lustre_max_bad_share: float = Field(
        0.01, ge=0, le=1, description="Share of bad lines above which a dump is rejected"
    )
    lustre_max_tree_directories: int = Field(
        2_500_000, ge=1000, description="Directories summed in memory at a time, 200 bytes each; more go to disk"
    )
    lustre_shard_bytes: int = Field(
        500_000_000,
        ge=1,
        description="Packed bytes of a dump beyond which workers read it in steps, each about so many",
    )
    lustre_chunk_bytes: int = Field(
        256 * 1024**2,
        ge=2 * 1024**2,
        description="Text of a dump that is read as one; a row group of its entries ends behind each",
    )
    lustre_max_tree_depth: int = Field(
        1024, ge=1, le=1024, description="Deepest directories of the tree; what lies deeper counts for these"
    )
    lustre_snapshots_cron: str = Field("0 5 * * *", description="When groups and quotas are asked for (UTC)")
    lustre_freshness_days: int = Field(10, ge=1, description="Days without a dump after which a volume is late")

    genes_chunk_bytes: int = Field(2 * 1024**2, ge=4096, description="Bytes of a gene file read at once, per worker")
    genes_workers: int = Field(2, ge=1, le=64, description="Threads that parse parts of one gene file side by side")
    genes_max_header_bytes: int = Field(64 * 1024, ge=1, description="Longest header line of a gene file")
    genes_max_records: int = Field(
        2_000_000, ge=1, description="Most records of a gene file; each takes about 100 bytes of memory"
    )
    genes_text_letters: int = Field(
        1_000_000,
        ge=0,
        le=1_048_576,
        description="Longest sequence that Postgres gets too; longer ones are in the lake",
    )
    genes_max_unpacked_bytes: int = Field(1024**4, ge=1, description="Largest gene file when unpacked")
    genes_shard_bytes: int = Field(
        256 * 1024**2,
        ge=1,
        description="Bytes of a FASTA file above which it is cut into steps, each of about so many",
    )
    genes_url_minutes: int = Field(10, ge=1, le=60, description="Minutes for which the URL of a result holds")

    variants_bcftools: str = Field("", description="Path of a bcftools to run (1.16 or newer); empty runs pysam's")
    variants_time_s: float = Field(6 * 3600, gt=0, description="Longest duration of one pipeline of bcftools")
    variants_cpu_s: int = Field(6 * 3600, ge=1, description="CPU seconds of one process of bcftools")
    variants_memory_bytes: int = Field(
        2 * 1024**3, ge=256 * 1024**2, description="Address space of one process of bcftools"
    )
    variants_file_bytes: int = Field(100 * 1024**3, ge=1, description="Largest file that a process of bcftools writes")
    variants_open_files: int = Field(1024, ge=64, description="Files that a process of bcftools may have open")
    variants_files_at_once: int = Field(
        50, ge=2, le=500, description="VCF files that are merged at once; more are merged in batches"
    )
    variants_sort_memory_bytes: int = Field(
        256 * 1024**2, ge=1024**2, description="Memory of a sort of variants; more goes to disk"
    )
    variants_scratch: str = Field(
        "", description="Folder for queries and looks under way, on a fast disk; empty for GRT_HOME/scratch/variants"
    )
    variants_table_bytes: int = Field(16 * 1024**2, ge=1, description="Largest sample table")
    variants_shard_s: float = Field(
        120, gt=0, description="Likely seconds of a question beyond which it is cut into steps, each of about so many"
    )
    variants_url_minutes: int = Field(10, ge=1, le=60, description="Minutes for which the URLs of a result hold")

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

    @property
    def web_address(self) -> str:
        """Where the web API is reached, without a slash at the end: GRT_WEB_URL, or where it listens."""
        return (self.web_url or http_url(self.web_host, self.web_port)).rstrip("/")


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
