"""DAGSTER_HOME is what Dagster itself reads as the settings say, and holds no secret."""

from pathlib import Path

import pytest
import yaml
from dagster._core.instance.ref import InstanceRef

from grt_platform.runtime.dagster_home import configured, write_dagster_home
from grt_platform.runtime.environment import project, server_environment
from grt_platform.runtime.installation import Installation
from grt_platform.settings import Settings

BASE = yaml.safe_load((project() / "dagster.yaml").read_text())
S3 = {
    "compute_logs_url": "s3://bucket/a prefix/logs/",
    "s3_endpoint": "http://s3:8333",
    "s3_access_key": "key",
    "s3_secret_key": "a secret",
    "dagster_url": "postgresql://me:a-password@db/dagster",
}


def settings(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_without_settings_it_is_what_the_project_says() -> None:
    made = configured(BASE, settings())
    assert {name: made[name] for name in BASE if name != "run_monitoring"} == {
        name: BASE[name] for name in BASE if name != "run_monitoring"
    }
    assert made["run_monitoring"] == {**BASE["run_monitoring"], "max_runtime_seconds": 72 * 3600}


def test_limits_are_those_of_the_settings_and_galaxy_leaves_room_for_others() -> None:
    runs = configured(BASE, settings(runs_at_once=20, run_hours=1))["concurrency"]["runs"]
    assert runs["max_concurrent_runs"] == 20
    assert runs["tag_concurrency_limits"] == [{"key": "grt/system", "value": "galaxy", "limit": 10}]
    assert configured(BASE, settings(runs_at_once=1))["concurrency"]["runs"]["tag_concurrency_limits"][0]["limit"] == 1


def test_output_of_steps_goes_to_the_bucket_and_no_secret_into_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(tmp_path)
    installation.create()
    workspace = write_dagster_home(installation, settings(**S3, code_host="code"), 4000)
    text = (installation.dagster / "dagster.yaml").read_text()
    assert "secret" not in text
    assert "password" not in text
    assert yaml.safe_load(workspace.read_text())["load_from"][0]["grpc_server"]["host"] == "code"
    environment = server_environment(installation, settings(**S3))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    manager = InstanceRef.from_dir(str(installation.dagster)).compute_log_manager
    assert (manager._s3_bucket, manager._s3_prefix) == ("bucket", "a prefix/logs")
    assert manager._s3_session.meta.endpoint_url == "http://s3:8333"
    assert environment["AWS_SECRET_ACCESS_KEY"] == "a secret"


def test_output_of_steps_goes_to_a_folder_that_is_named(tmp_path: Path) -> None:
    chosen = settings(compute_logs_url="/shared/logs")
    assert configured(BASE, chosen)["compute_logs"] == BASE["compute_logs"]
    assert server_environment(Installation(tmp_path), chosen)["GRT_COMPUTE_LOGS"] == "/shared/logs"
