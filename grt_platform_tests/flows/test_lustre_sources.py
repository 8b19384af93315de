"""Who the groups are and what they may use: from a real directory and `lfs`, through the assets, into the report."""

import stat
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from grt_platform.settings import settings
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.fixtures.slapd import Slapd
from grt_platform_tests.flows.lustre import FIRST, MORNING, ONE, SENSOR, leave, made, rows

pytestmark = pytest.mark.slow

LFS = r"""#!/bin/sh
# Speaks as `lfs quota -gq GROUP MOUNT` does.
case $3 in
  hgi) printf '%s\n                 2049*       0    2048    none      10       0       7       -\n' "$4";;
  broken) echo "$4 [7] 0 [64] - [3] 0 [5] -"; exit 5;;
  *) echo "lfs quota: cannot find group '$3'" >&2; exit 22;;
esac
"""


def tell(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    """The settings say so from now on."""
    for name, value in values.items():
        monkeypatch.setenv(f"GRT_{name}", value)
    settings.cache_clear()


def ask(platform: Platform, noun: str) -> dict[str, object]:
    """Asks for a snapshot; returns what is told of it."""
    result = platform.materialize([dg.AssetKey(["lustre", "raw", noun])], None)
    [event] = result.asset_materializations_for_node(f"lustre__raw__{noun}")
    return {name: value.value for name, value in event.metadata.items()}


@pytest.mark.service
def test_a_directory_and_lfs_name_and_limit_groups_and_what_they_said_stays_when_they_are_away(
    platform: Platform, slapd: Slapd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    leave(platform, FIRST, ONE, made())
    platform.at(MORNING)
    platform.settle(SENSOR)
    hgi, broken, *others = sorted(row["gid"] for row in rows(platform, "group_usage"))
    base, program = slapd.branch(), tmp_path / "lfs"
    slapd.add_group(base, "hgi", hgi, slapd.add_person(base, "js", "Smith"), is_humgen=True)
    slapd.add_group(base, "broken", broken)
    program.write_text(LFS)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    bases = {"LUSTRE_GROUP_BASE": f"ou=group,{base}", "LUSTRE_PEOPLE_BASE": f"ou=people,{base}"}
    tell(monkeypatch, {"LDAP_URL": slapd.url, "LUSTRE_LFS": str(program), **bases})
    told = [ask(platform, noun) for noun in ("groups", "quotas")]
    assert [(each["is_stale"], each["rows"]) for each in told] == [(False, 2), (False, 2)]
    platform.materialize([dg.AssetKey(["lustre", "product", "group_usage"])], f"{FIRST}|{ONE}")
    platform.settle(SENSOR)
    found = {row["gid"]: row for row in rows(platform, "group_usage")}
    named = found[hgi]
    assert (named["group_name"], named["pi"], named["is_humgen"]) == ("hgi", "Smith", True)
    assert (named["quota_bytes"], named["inode_quota"]) == (2_097_152, 7)
    assert (found[broken]["group_name"], found[broken]["quota_bytes"]) == ("broken", None)
    assert {found[gid]["group_name"] for gid in others} == {None}
    report = (platform.home / "products/lustre/reports/report-20260714.tsv").read_text()
    assert f"{ONE}\tSmith\thgi\t{named['used_bytes']}\t2097152\t" in report
    program.write_text("#!/bin/sh\nexit 1\n")
    tell(monkeypatch, {"LDAP_URL": f"ldap://127.0.0.1:{unused_port}"})
    kept = [fact.key for fact in platform.raw.list("lustre/")]
    platform.at("2026-07-18T05:00:00+00:00")
    assert [ask(platform, noun)["is_stale"] for noun in ("groups", "quotas")] == [True, True]
    assert [fact.key for fact in platform.raw.list("lustre/")] == kept
