"""The settings that `grt up` makes for an installation, and the environment its services get."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from grt_platform.adapters.postgres import sqlalchemy_url
from grt_platform.adapters.private_file import write_private
from grt_platform.kernel.addresses import http_url
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import State
from grt_platform.settings import Settings

READER_ROLE = "grt_reader"
WAREHOUSE, DAGSTER = "warehouse", "dagster"


@dataclass(frozen=True, slots=True)
class Embedded:
    """Which databases the embedded Postgres holds."""

    warehouse: bool
    dagster: bool

    @classmethod
    def unless_given(cls, given: Settings) -> "Embedded":
        """Those that no setting of a person names."""
        return cls(not given.warehouse_url.get_secret_value(), not given.dagster_url.get_secret_value())

    @property
    def any(self) -> bool:
        """Whether there is an embedded Postgres at all."""
        return self.warehouse or self.dagster


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services of one start listen, and the databases they use."""

    web: str
    ui: str
    warehouse_url: str
    reader_url: str
    dagster_url: str


def addresses(given: Settings, state: State) -> Addresses:
    """What a person set, else what the embedded services have."""
    postgres, superuser, reader = state.ports.get("postgres", 0), state.secret("postgres"), state.secret(READER_ROLE)
    warehouse = given.warehouse_url.get_secret_value()
    embedded_reader = f"postgresql://{READER_ROLE}:{reader}@127.0.0.1:{postgres}/{WAREHOUSE}" if not warehouse else ""
    return Addresses(
        given.web_url or http_url(given.web_host, state.ports["web"]),
        http_url(given.ui_host, state.ports["ui"]) + given.ui_path,
        warehouse or f"postgresql://grt:{superuser}@127.0.0.1:{postgres}/{WAREHOUSE}",
        given.warehouse_reader_url.get_secret_value() or embedded_reader,
        given.dagster_url.get_secret_value() or f"postgresql://grt:{superuser}@127.0.0.1:{postgres}/{DAGSTER}",
    )


def with_secrets(given: Settings, state: State) -> Settings:
    """What a person set, completed by the secrets that this installation made."""
    made = {name: SecretStr(state.secret(name)) for name in ("signing_key", "admin_key")}
    return given.model_copy(update={name: key for name, key in made.items() if not getattr(given, name)})


def made_settings(installation: Installation, given: Settings, state: State, where: Addresses) -> Mapping[str, str]:
    """The variables that this start made, and which systems it has; all else stays in the environment of who set it."""
    made = {
        "GRT_WAREHOUSE_URL": where.warehouse_url if not given.warehouse_url.get_secret_value() else "",
        "GRT_WAREHOUSE_READER_URL": where.reader_url if not given.warehouse_reader_url.get_secret_value() else "",
        "GRT_DAGSTER_URL": where.dagster_url if not given.dagster_url.get_secret_value() else "",
        "GRT_SIGNING_KEY": state.secret("signing_key") if not given.signing_key.get_secret_value() else "",
        "GRT_ADMIN_KEY": state.secret("admin_key") if not given.admin_key.get_secret_value() else "",
        "GRT_WEB_URL": where.web,
        "GRT_WEB_PORT": str(state.ports["web"]),
        "GRT_UI_PORT": str(state.ports["ui"]),
        "GRT_POSTGRES_PORT": str(state.ports.get("postgres", 0)),
        "GRT_COMPUTE_LOGS": compute_logs(installation, given),
        "GRT_SYSTEMS": given.systems,
        "DAGSTER_HOME": str(installation.dagster),
    }
    if Embedded.unless_given(given).dagster:
        made["GRT_DAGSTER_SQLALCHEMY_URL"] = sqlalchemy_url(where.dagster_url)
    return {name: value for name, value in made.items() if value}


def write_environment(installation: Installation, made: Mapping[str, str]) -> None:
    """`grt.env` holds the variables, for `settings/` and for a shell (`. .grt/grt.env`)."""
    lines = [f"export {name}={_quoted(value)}" for name, value in made.items()]
    write_private(installation.env_file, "\n".join(lines) + "\n")


def _quoted(value: str) -> str:
    """The value as a shell and python-dotenv read it alike."""
    if "'" not in value:
        return f"'{value}'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def service_environment(
    installation: Installation, given: Settings, made: Mapping[str, str], where: Addresses
) -> Mapping[str, str]:
    """The environment of every service."""
    return {**os.environ, **made, **_of_services(installation, given, where.dagster_url)}


def server_environment(installation: Installation, chosen: Settings) -> Mapping[str, str]:
    """The environment of one service of many machines; what it is told stands in the settings alone."""
    made = {"DAGSTER_HOME": str(installation.dagster), "GRT_COMPUTE_LOGS": compute_logs(installation, chosen)}
    return {**os.environ, **made, **_of_services(installation, chosen, chosen.dagster_url.get_secret_value())}


def compute_logs(installation: Installation, chosen: Settings) -> str:
    """The folder of the output of steps; where it goes to S3, the folder it is gathered in."""
    url = chosen.compute_logs_url
    return url if url and not url.startswith("s3://") else str(installation.dagster / "compute_logs")


def _of_services(installation: Installation, chosen: Settings, dagster_url: str) -> Mapping[str, str]:
    return {
        **_for_dagster_aws(chosen),
        "GRT_HOME": str(installation.home),
        "GRT_DAGSTER_SQLALCHEMY_URL": sqlalchemy_url(dagster_url),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",  # else numpy starts a thread for each core, to multiply matrices
        "MIMALLOC_PURGE_DELAY": "60000",  # ms: pyarrow's pages for one row group serve the next, instead of fresh ones
    }


def _for_dagster_aws(chosen: Settings) -> Mapping[str, str]:
    """Credentials where dagster-aws looks for them, when the output of steps goes to S3."""
    if not (chosen.compute_logs_url.startswith("s3://") and chosen.s3_access_key):
        return {}
    return {
        "AWS_ACCESS_KEY_ID": chosen.s3_access_key,
        "AWS_SECRET_ACCESS_KEY": chosen.s3_secret_key.get_secret_value(),
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",  # as our own client asks, for servers other than AWS
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
    }


def project() -> Path:
    """The folder that holds `dagster.yaml` and `workspace.yaml`."""
    return Path(__file__).resolve().parents[2]
