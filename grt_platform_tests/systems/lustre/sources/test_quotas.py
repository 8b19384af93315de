"""Quotas from `lfs` (a program that speaks its format, with its faults) and from the file that stands in for it."""

import stat
import time
from pathlib import Path

import pytest

from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.sources.quotas import Lfs, quotas_source

SCRIPT = r"""#!/bin/sh
# Speaks as `lfs quota -gq GROUP MOUNT` does; the group's name says how.
echo "$@" >> "$(dirname "$0")/calls"
[ "$1 $2" = "quota -gq" ] || { echo "usage" >&2; exit 1; }
mount=$4
case $mount in */scratch666) echo "Cannot resolve path '$mount'" >&2; exit 2;; esac
case $3 in
  plain) echo "$mount   100       0    2048       -      10       0      20       -";;
  wrapped) printf '%s\n                 2049*       0    2048    none      10       0       0       -\n' "$mount";;
  unlimited) echo "$mount 7 0 0 - 3 0 0 -";;
  default) echo "$mount 7 0 64 - 3 0 0 -"; echo "gid 9 is using default block quota setting";;
  dead-server) echo "$mount [7] 0 64 - [3] 0 5 -"
     echo 'Some errors happened when getting quota info. The data in "[]" is inaccurate.'; exit 5;;
  denied) echo "Permission denied." >&2; exit 1;;
  unknown) echo "lfs quota: cannot find group 'unknown'" >&2; exit 22;;
  header) echo "Disk quotas for grp header (gid 1):";
     echo " Filesystem kbytes quota limit grace files quota limit grace"
     echo "$mount 1 0 2 - 3 0 4 -";;
  silent) ;;
  slow) sleep 30;;
  *) echo "nonsense";;
esac
"""


@pytest.fixture
def lfs(tmp_path: Path) -> Lfs:
    program = tmp_path / "lfs"
    program.write_text(SCRIPT)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Lfs(str(program), timeout_s=10)


def test_every_group_has_its_limits_and_usage(lfs: Lfs) -> None:
    told = lfs.fetch(["scratch115", "scratch114"], ["plain", "wrapped", "unlimited", "default", "header"])
    assert told.warnings == ()
    assert told.frame.filter(volume="scratch114").rows() == [
        ("scratch114", "default", 65536, 0, 7168, 3),
        ("scratch114", "header", 2048, 4, 1024, 3),
        ("scratch114", "plain", 2097152, 20, 102400, 10),
        ("scratch114", "unlimited", 0, 0, 7168, 3),
        ("scratch114", "wrapped", 2097152, 0, 2098176, 10),
    ]
    assert told.frame.height == 10


def test_limits_count_where_only_usage_is_inaccurate(lfs: Lfs) -> None:
    told = lfs.fetch(["scratch114"], ["dead-server"])
    assert told.frame.rows() == [("scratch114", "dead-server", 65536, 5, 7168, 3)]


def test_what_is_unknown_is_null_with_one_warning_for_each_volume(lfs: Lfs) -> None:
    groups = ["plain", "denied", "unknown", "silent", "other"]
    told = lfs.fetch(["scratch114", "scratch115", "scratch666"], groups)
    known = told.frame.drop_nulls("quota_bytes")
    assert known.select("volume", "group_name").rows() == [("scratch114", "plain"), ("scratch115", "plain")]
    assert told.frame.height == 15
    assert [warning.partition(":")[0] for warning in told.warnings] == ["scratch114", "scratch115", "scratch666"]
    assert "4 of 5" in told.warnings[0]
    assert "Cannot resolve path" in told.warnings[2]


def test_a_name_that_looks_like_an_option_never_reaches_the_program(lfs: Lfs, tmp_path: Path) -> None:
    lfs.fetch(["scratch114"], ["-rf", "plain"])
    assert (tmp_path / "calls").read_text() == "quota -gq plain /lustre/scratch114\n"


def test_a_program_that_hangs_is_given_up_and_the_others_are_told(lfs: Lfs) -> None:
    began = time.monotonic()
    told = Lfs(lfs.program, timeout_s=1).fetch(["scratch114"], ["slow", "plain"])
    assert time.monotonic() - began < 10
    assert told.frame["quota_bytes"].to_list() == [2097152, None]
    assert "did not end within 1 s" in told.warnings[0]


def test_a_program_that_tells_nothing_of_anything_is_unavailable(lfs: Lfs) -> None:
    with pytest.raises(UnavailableError, match="tells no quota of any volume"):
        lfs.fetch(["scratch114"], ["denied", "silent"])
    with pytest.raises(UnavailableError, match="cannot be started"):
        Lfs("/no/such/lfs").fetch(["scratch114"], ["plain"])


def test_nobody_asked_is_nobody_told(lfs: Lfs) -> None:
    assert lfs.fetch([], ["plain"]).frame.height == 0
    assert lfs.fetch(["scratch114"], []).frame.height == 0


def test_a_file_stands_in_and_what_it_lacks_is_told_by_volume(tmp_path: Path) -> None:
    path = tmp_path / "quotas.csv"
    path.write_text("volume,group,block_limit_kib,inode_limit\n114,a,1,2\n")
    source = quotas_source(Settings(lustre_quotas_file=str(path)))
    assert source is not None
    told = source.fetch(["scratch114", "scratch115"], ["a", "b"])
    assert told.frame.rows() == [("scratch114", "a", 1024, 2, None, None)]
    assert [warning.partition(":")[0] for warning in told.warnings] == ["scratch114", "scratch115"]


def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    source = quotas_source(Settings(lustre_quotas_file=str(tmp_path / "absent.csv")))
    assert source is not None
    with pytest.raises(UnavailableError, match="GRT_LUSTRE_QUOTAS_FILE"):
        source.fetch([], [])


def test_the_program_is_asked_where_it_is_and_nobody_where_it_is_not(lfs: Lfs) -> None:
    assert quotas_source(Settings(lustre_lfs=lfs.program)) == Lfs(lfs.program)
    assert quotas_source(Settings(lustre_lfs="no-such-lfs")) is None
