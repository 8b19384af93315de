"""Splits of a date: original lines of chosen groups byte for byte, their index, nothing of groups that are gone."""

import gzip
from pathlib import Path

import dagster as dg
import pytest

from grt_platform.settings import settings
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.lustre import FIRST, ONE, TWO, leave, made, receive, rows


def lines_of(dump: bytes, gid: int) -> bytes:
    """The lines of a group in a dump."""
    lines = gzip.decompress(dump).splitlines(keepends=True)
    return b"".join(line for line in lines if line.split(b"\t")[3] == str(gid).encode())


@pytest.fixture
def groups(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of groups, empty yet, that everybody is asked of."""
    monkeypatch.setenv("GRT_LUSTRE_GROUPS_FILE", str(tmp_path / "groups.csv"))
    settings.cache_clear()
    return tmp_path / "groups.csv"


def snapshot(platform: Platform, groups: Path, *lines: str) -> None:
    """The platform has asked for groups, and these are what it was told."""
    groups.write_text("\n".join(["gid,name,pi,is_humgen", *lines, ""]))
    platform.at("2026-07-14T05:00:00+00:00")
    platform.materialize([dg.AssetKey(["lustre", "raw", "groups"])], None)


@pytest.mark.slow
def test_lines_of_human_genetics_come_out_byte_for_byte_with_an_index_and_vanish_with_their_group(
    platform: Platform, groups: Path
) -> None:
    first, second = made(lines=3000), made(volume=TWO, lines=3000, seed=4)
    gids = sorted({int(line.split(b"\t")[3]) for line in gzip.decompress(first).splitlines()})
    snapshot(platform, groups, f"{gids[0]},hgi,Smith,true", f"{gids[1]},other,,false", f"{gids[2]},teamx,,true")
    leave(platform, FIRST, TWO, second)
    receive(platform, FIRST, ONE, first)
    folder = platform.home / "products" / "lustre" / "splits" / "2026-07-14"
    assert {path.name for path in folder.iterdir()} >= {"hgi.dat.gz", "teamx.dat.gz", "index.txt", "groupfile"}
    assert not (folder / "other.dat.gz").exists()
    for gid, name in ((gids[0], "hgi"), (gids[2], "teamx")):
        found = gzip.decompress((folder / f"{name}.dat.gz").read_bytes())
        assert found == lines_of(first, gid) + lines_of(second, gid), name
    header, *index = (folder / "index.txt").read_text().splitlines()
    assert header == "Group\tBuild time (sec)\tMemory use (bytes)"
    assert {line.split("\t")[0] for line in index} == {"hgi", "teamx"}
    assert f"hgi:*:{gids[0]}:" in (folder / "groupfile").read_text()
    served = {row["file"]: row for row in rows(platform, "group_splits")}
    assert served["hgi.dat.gz"]["lines"] == found_lines(folder / "hgi.dat.gz")
    checks = [each for run in platform.runs for each in run.get_asset_check_evaluations()]
    assert {each.passed for each in checks} == {True}
    assert [each.asset_key.path[-1] for each in checks if each.check_name == "lines_conserved"] == ["group_splits"]
    without = b"".join(
        line for line in gzip.decompress(first).splitlines(keepends=True) if line.split(b"\t")[3] != b"%d" % gids[0]
    )
    leave(platform, FIRST, TWO, gzip.compress(lines_of(second, gids[2])))
    receive(platform, FIRST, ONE, gzip.compress(without), "2026-07-17T06:00:00+00:00")
    assert not (folder / "hgi.dat.gz").exists()
    assert (folder / "teamx.dat.gz").exists()
    assert [row["file"] for row in rows(platform, "group_splits")] == ["teamx.dat.gz"]


def found_lines(path: Path) -> int:
    """Lines of a packed file."""
    return gzip.decompress(path.read_bytes()).count(b"\n")
