"""Settings of what runs: sensors, alerts, workers, Dagster's runs."""

from pydantic import Field, SecretStr

from grt_platform.settings.part import Part


class RunningSettings(Part):
    """How the platform looks, tells and runs: sensors, alerts, workers, runs."""

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
