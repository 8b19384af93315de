"""DAGSTER_HOME of an installation: the project's `dagster.yaml` with what the settings change, and the workspace."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from grt_platform.runtime.environment import project
from grt_platform.runtime.installation import Installation
from grt_platform.settings import Settings

_UPLOAD_S = 30


def write_dagster_home(installation: Installation, chosen: Settings, code_port: int) -> Path:
    """DAGSTER_HOME tells Dagster's services how to behave and where the code server is.

    Args:
        installation: Whose DAGSTER_HOME.
        chosen: The settings; no secret of them is written, the file names variables.
        code_port: Where the code server listens.

    Returns:
        The workspace file.
    """
    base = yaml.safe_load((project() / "dagster.yaml").read_text())
    (installation.dagster / "dagster.yaml").write_text(yaml.safe_dump(configured(base, chosen), sort_keys=False))
    server = {"host": chosen.code_host, "port": code_port, "location_name": "grt_platform"}
    workspace = installation.dagster / "workspace.yaml"
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}, sort_keys=False))
    return workspace


def configured(base: Mapping[str, Any], chosen: Settings) -> dict[str, Any]:
    """The project's configuration of Dagster with limits and places of these settings.

    Galaxy, whose reports come in crowds, gets half of the runs, so that there is always room for what somebody waits
    for.
    """
    limit = {"key": "grt/system", "value": "galaxy", "limit": max(1, chosen.runs_at_once // 2)}
    runs = {"max_concurrent_runs": chosen.runs_at_once, "tag_concurrency_limits": [limit]}
    monitoring = {**base["run_monitoring"], "max_runtime_seconds": chosen.run_hours * 3600}
    changed = {"concurrency": {**base["concurrency"], "runs": runs}, "run_monitoring": monitoring}
    return {**base, **changed, **_compute_logs(chosen)}


def _compute_logs(chosen: Settings) -> dict[str, Any]:
    """Output of steps in S3, where every machine's can be read; in a folder where the address is none of S3."""
    parts = urlsplit(chosen.compute_logs_url)
    if parts.scheme != "s3":
        return {}
    place = {"bucket": parts.netloc, "prefix": parts.path.strip("/") or "compute_logs", "region": chosen.s3_region}
    server = {"endpoint_url": chosen.s3_endpoint} if chosen.s3_endpoint else {}
    local = {"local_dir": {"env": "GRT_COMPUTE_LOGS"}, "upload_interval": _UPLOAD_S, "skip_empty_files": True}
    manager = {"module": "dagster_aws.s3.compute_log_manager", "class": "S3ComputeLogManager"}
    return {"compute_logs": {**manager, "config": {**place, **server, **local}}}
