"""Settings of the system ena, and of the cloud it rents machines from."""

from pydantic import Field, SecretStr

from grt_platform.settings.part import Part


class EnaSettings(Part):
    """How ENA is asked, and who fetches its reads."""

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
