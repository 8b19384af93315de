"""What is in deploy/: settings that exist, packages by the hashes of the tests, one door to the outside."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from grt_platform.settings import Settings

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
KNOWN = {f"GRT_{name.upper()}" for name in Settings.model_fields}
# Of compose.yaml itself, of the proxy's template, and of the images.
OWN = {"GRT_IMAGE", "GRT_SERVER_NAME", "GRT_S3_NAME", "GRT_S3_UPSTREAM", "GRT_WEB_UPSTREAM", "GRT_UI_UPSTREAM",
       "GRT_HTTP_PORT", "GRT_HTTPS_PORT", "GRT_CODE_MEMORY", "GRT_LIGHT_MEMORY", "GRT_HEAVY_MEMORY"}  # fmt: skip
FILES = sorted(
    path
    for path in DEPLOY.rglob("*")
    if path.is_file() and path.suffix in {"", ".yaml", ".yml", ".template", ".conf", ".json"} and path.name != ".env"
)


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def manifests() -> list[dict[str, Any]]:
    texts = [path.read_text() for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))]
    return [each for text in texts for each in yaml.safe_load_all(text)]


def pins(text: str) -> dict[str, set[str]]:
    """The hashes of each pinned package."""
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", text.replace("\\\n", " "))
    return {block.split(" ")[0]: set(re.findall(r"--hash=(\S+)", block)) for block in blocks if "==" in block}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bGRT_[A-Z0-9_]*[A-Z0-9]\b(?!\*)", path.read_text()))
    assert named - KNOWN - OWN == set()


def test_the_image_installs_what_the_tests_tested_without_what_only_they_need() -> None:
    image = pins((DEPLOY / "image" / "requirements.lock").read_text())
    tested = pins((DEPLOY.parent / "requirements.lock").read_text())
    assert len(image) > 80
    assert {name: hashes for name, hashes in image.items() if tested.get(name) != hashes} == {}
    assert not any(name.startswith(("pytest", "mypy", "playwright", "ruff")) for name in image)
    assert next(iter(pins((DEPLOY / "image" / "uv.lock.txt").read_text()))).startswith("uv==")


def test_the_image_runs_as_nobody_in_particular_and_holds_no_secret() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert "USER 10001:10001" in text
    assert "--require-hashes" in text
    assert not re.search(r"(PASSWORD|SECRET|TOKEN|_KEY)=", text)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[0] == "*"  # only what is named goes to the builder: no .git, no .env, no data
    assert not any(".env" in line or "tls" in line for line in ignored)


def test_only_the_proxy_listens_to_the_outside() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    exposed = [each["metadata"]["name"] for each in manifests() if each["kind"] == "Service" and "type" in each["spec"]]
    assert exposed == ["proxy"]


def test_every_door_of_the_image_has_a_health_check_and_bounded_memory() -> None:
    services = compose()["services"]
    doors = {name: service for name, service in services.items() if service.get("command", [""])[0] == "serve"}
    assert {"prepare", "code", "daemon", "ui", "web", "worker-light", "worker-heavy"} == set(doors)
    for name, service in doors.items():
        if name != "prepare":
            assert service["healthcheck"]["test"][:3] == ["CMD", "grt", "ready"], name
            assert service["mem_limit"], name


def test_kubernetes_runs_the_same_doors_confined() -> None:
    parts = {each["metadata"]["name"]: each for each in manifests() if each["kind"] in {"Deployment", "Job"}}
    assert set(parts) == {"prepare", "code", "daemon", "ui", "web", "worker-light", "worker-heavy", "proxy"}
    for name, part in parts.items():
        pod = part["spec"]["template"]["spec"]
        [container] = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
        assert container["resources"]["limits"]["memory"], name
    assert parts["code"]["spec"]["replicas"] == 1
    assert parts["code"]["spec"]["strategy"] == {"type": "Recreate"}


def test_the_network_policy_opens_the_ui_to_the_proxy_and_the_web_door_alone() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in manifests() if each["kind"] == "NetworkPolicy"}
    assert policies["nobody-enters"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    [rule] = policies["into-ui"]["ingress"]
    assert [source["podSelector"]["matchLabels"]["part"] for source in rule["from"]] == ["proxy", "web"]


def test_kustomize_names_every_manifest_but_the_example_of_a_secret() -> None:
    said = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())
    there = {f"kubernetes/{path.name}" for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert set(said["resources"]) == there - {"kubernetes/secret.example.yaml"}
    assert all((DEPLOY / name).is_file() for name in said["configMapGenerator"][0]["files"])


def test_init_makes_secrets_once_that_only_their_owner_reads(tmp_path: Path) -> None:
    (tmp_path / "s3").mkdir()
    script = tmp_path / "init"
    script.write_text((DEPLOY / "init").read_text())
    for _ in range(2):
        subprocess.run(["sh", str(script), "grt.example.org"], check=True, capture_output=True)
    made = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert oct((tmp_path / ".env").stat().st_mode & 0o777) == "0o600"
    assert made["GRT_S3_NAME"] == "s3.grt.example.org"
    secrets = [value for name, value in made.items() if name.endswith(("KEY", "PASSWORD", "TOKEN"))]
    assert len(set(secrets)) == len(secrets) == 6
    assert all(len(value) == 48 for value in secrets)
    [identity] = json.loads((tmp_path / "s3" / "s3.json").read_text())["identities"]
    assert identity["credentials"][0]["secretKey"] == made["S3_SECRET_KEY"]
    assert (tmp_path / "tls" / "tls.crt").stat().st_size > 300


def test_compose_demands_the_secrets_that_init_makes() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    made = set(re.findall(r"^([A-Z0-9_]+)=", (DEPLOY / "init").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$\{([A-Z0-9_]+):\?", text)) <= made


def test_steps_longer_than_half_an_hour_are_not_taken_away() -> None:
    assert "consumer_timeout = 604800000" in (DEPLOY / "rabbitmq" / "grt.conf").read_text()


@pytest.mark.parametrize("name", ["platform", "systems"])
def test_a_dashboard_draws_every_panel_from_the_chosen_prometheus(name: str) -> None:
    said = json.loads((DEPLOY / "grafana" / f"{name}.json").read_text())
    assert len({panel["id"] for panel in said["panels"]}) == len(said["panels"]) >= 10
    for panel in said["panels"]:
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert panel["targets"], panel["title"]
