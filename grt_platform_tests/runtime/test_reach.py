"""The doctor asks every configured server as the platform would, and says what to do."""

import os
import shutil
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from grt_platform.runtime import reach as reaching
from grt_platform.runtime.findings import Finding, Verdict
from grt_platform.runtime.reach import reach
from grt_platform.runtime.reach_stores import disks
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.fixtures.slapd import Slapd
from grt_platform_tests.systems.ena.cloud import TOKEN, Cloud, serving

MAILS = {"alert_email_from": "a@example.org", "alert_email_to": "b@example.org"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRT_HOME", str(tmp_path))


def of(subject: str, **settings: object) -> Finding:
    [found] = [each for each in reach(Settings.model_validate(settings)) if each.subject == subject]
    return found


def test_nothing_is_asked_but_the_stores_where_nothing_is_set() -> None:
    found = reach(Settings())
    assert [each.subject for each in found] == ["raw store", "lake store", "products store", "bcftools"]
    assert {each.verdict for each in found} == {Verdict.OK}
    assert [each.subject for each in reach(Settings(systems="galaxy"))][3:] == []


def test_a_database_is_entered_and_its_clock_compared(warehouse_url: str) -> None:
    found = reach(Settings(warehouse_url=warehouse_url, systems="galaxy"))
    assert [each.verdict for each in found] == [Verdict.OK] * 5
    assert "Postgres 18" in found[0].text
    assert found[1].subject == "clock (GRT_WAREHOUSE_URL)"


def test_a_wrong_password_is_told_without_it(warehouse_url: str) -> None:
    found = of("GRT_DAGSTER_URL", dagster_url=warehouse_url.replace("grt:", "grt:wrong"))
    assert found.verdict is Verdict.FAILED
    assert found.text.endswith("Correct GRT_DAGSTER_URL.")
    assert "wrong" not in found.text


@pytest.mark.parametrize("name", ["warehouse", "warehouse_reader", "dagster"])
def test_a_database_that_is_away_is_named_by_its_setting(name: str) -> None:
    port, setting = free_port(), f"GRT_{name.upper()}_URL"
    found = of(setting, **{f"{name}_url": f"postgresql://grt:a-secret@127.0.0.1:{port}/w"})
    assert found.verdict is Verdict.FAILED
    assert found.text == f"127.0.0.1:{port} does not answer: start that server or change {setting}"


@pytest.mark.parametrize(("apart", "verdict"), [(0.5, "OK"), (-5, "WARNING"), (3600, "FAILED")])
def test_a_clock_that_is_wrong_is_told_by_how_much(apart: float, verdict: str) -> None:
    found = reaching._clock("clock", apart)
    assert found.verdict is Verdict[verdict]
    assert f"{abs(apart):.1f} s apart" in found.text


def test_a_broker_that_is_away_is_told_without_its_password() -> None:
    port = free_port()
    found = of("GRT_BROKER_URL", broker_url=f"amqp://grt:a-secret@127.0.0.1:{port}/grt")
    assert found.verdict is Verdict.FAILED
    assert f"127.0.0.1:{port}" in found.text
    assert "a-secret" not in found.text


def test_a_mail_server_is_greeted_and_one_that_is_away_named() -> None:
    port = free_port()
    controller = Controller(object(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert of("GRT_ALERT_SMTP_URL", alert_smtp_url=f"smtp://127.0.0.1:{port}", **MAILS).verdict is Verdict.OK
        unaddressed = of("GRT_ALERT_SMTP_URL", alert_smtp_url=f"smtp://127.0.0.1:{port}")
        assert "GRT_ALERT_EMAIL_TO" in unaddressed.text
    finally:
        controller.stop()
    found = of("GRT_ALERT_SMTP_URL", alert_smtp_url=f"smtp://127.0.0.1:{port}", **MAILS)
    assert found.verdict is Verdict.FAILED
    assert "correct GRT_ALERT_SMTP_URL" in found.text


def test_a_webhook_and_a_provider_that_are_away_are_named() -> None:
    port = free_port()
    assert of("GRT_ALERT_WEBHOOK_URL", alert_webhook_url=f"http://127.0.0.1:{port}/x").verdict is Verdict.FAILED
    assert of("GRT_ALERT_WEBHOOK_URL", alert_webhook_url="mailto:x").verdict is Verdict.FAILED
    assert of("GRT_OIDC_ISSUER", oidc_issuer=f"http://127.0.0.1:{port}").verdict is Verdict.FAILED


def test_a_store_whose_folder_is_a_file_or_that_nobody_may_write_to_is_named_with_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    found = of("lake store", lake_url=str(tmp_path / "file"))
    assert (found.verdict, "correct GRT_LAKE_URL" in found.text) == (Verdict.FAILED, True)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    found = of("raw store", raw_url=str(tmp_path / "new"))
    assert (found.verdict, f"write into {tmp_path}" in found.text) == (Verdict.FAILED, True)


@pytest.mark.parametrize(("gib", "verdict"), [(20, "OK"), (4, "WARNING"), (0.5, "FAILED")])
def test_a_disk_that_is_almost_full_is_told_before_it_is(
    gib: float, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=int(gib * 1024**3))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    [found] = disks(Settings(lake_url=str(tmp_path), raw_url="s3://b/c"))
    assert found.verdict is Verdict[verdict]
    assert ("make room" in found.text) == (verdict != "OK")


@pytest.mark.parametrize(
    ("subject", "settings", "remedy"),
    [
        ("GRT_VARIANTS_BCFTOOLS", {"variants_bcftools": "/nowhere/bcftools"}, "install it or correct its path"),
        ("GRT_VARIANTS_BCFTOOLS", {"variants_bcftools": "/bin/true"}, "correct GRT_VARIANTS_BCFTOOLS"),
        ("GRT_LUSTRE_GROUPS_FILE", {"lustre_groups_file": "/nowhere/g"}, "cannot be read"),
        ("GRT_LUSTRE_QUOTAS_FILE", {"lustre_quotas_file": "/nowhere/q"}, "cannot be read"),
        ("GRT_LUSTRE_LFS", {"lustre_lfs": "/nowhere/lfs"}, "correct GRT_LUSTRE_LFS"),
        ("GRT_LUSTRE_AREAS", {"lustre_areas": "/lustre/["}, "has '/lustre/[': a part is no regular expression"),
        ("GRT_LUSTRE_CLASSES", {"lustre_classes": "BAM"}, "has 'BAM': write NAME=.suffix"),
        ("GRT_LUSTRE_WARNINGS", {"lustre_warnings": "OK; Bad=soon"}, "has 'Bad=soon'"),
        ("GRT_LUSTRE_ARCHIVED_DIRS", {"lustre_archived_dirs": "x"}, "write volume=/folder"),
        ("GRT_DIGITALOCEAN_TOKEN", {"ena_provider": "digitalocean"}, "make one"),
        ("GRT_ENA_SSH_KEY", {"ena_provider": "digitalocean"}, "it names the private key"),
        ("GRT_ENA_SSH_KEY", {"ena_provider": "digitalocean", "ena_ssh_key": "/nowhere/k"}, "ssh-keygen"),
    ],
)
def test_what_one_system_needs_and_is_not_there_is_named_with_the_remedy(
    subject: str, settings: dict[str, str], remedy: str
) -> None:
    found = of(subject, **settings)
    assert found.verdict is Verdict.FAILED
    assert remedy in found.text


def test_who_lends_machines_is_asked_with_the_token() -> None:
    with serving(Cloud()) as url:
        chosen = {"ena_provider": "digitalocean", "digitalocean_url": url}
        good = of("GRT_DIGITALOCEAN_TOKEN", digitalocean_token=TOKEN, **chosen)
        assert (good.verdict, "0 machines" in good.text) == (Verdict.OK, True)
        refused = of("GRT_DIGITALOCEAN_TOKEN", digitalocean_token="another", **chosen)
    assert (refused.verdict, "check GRT_DIGITALOCEAN_TOKEN" in refused.text) == (Verdict.FAILED, True)


@pytest.mark.service
def test_a_directory_is_entered_and_searched(slapd: Slapd) -> None:
    base = slapd.branch()
    assert of("GRT_LDAP_URL", ldap_url=slapd.url, ldap_people_base=base).verdict is Verdict.OK
    missing = of("GRT_LDAP_URL", ldap_url=slapd.url, ldap_people_base=f"ou=nowhere,{slapd.suffix}")
    assert missing.verdict is Verdict.FAILED
    assert of("GRT_LDAP_URL", ldap_url=f"ldap://127.0.0.1:{free_port()}").verdict is Verdict.FAILED


@pytest.mark.service
def test_a_store_in_s3_is_entered_with_its_keys(seaweed: Seaweed) -> None:
    place = seaweed.place()
    assert of("raw store", raw_url=place.url, **place.settings).verdict is Verdict.OK
    wrong = {**place.settings, "s3_secret_key": "another"}
    found = of("raw store", raw_url=place.url, **wrong)
    assert found.verdict is Verdict.FAILED
    assert "GRT_S3_SECRET_KEY" in found.text
    elsewhere = place.url.replace(f"s3://{seaweed.bucket}/", "s3://no-such-bucket/")
    for subject, setting in {"raw store": "raw_url", "GRT_COMPUTE_LOGS_URL": "compute_logs_url"}.items():
        found = of(subject, **{setting: elsewhere}, **place.settings)
        assert found.verdict is Verdict.FAILED
        assert "the bucket does not exist; make it" in found.text
    assert list(place.store().parts.under_way()) == []
