"""What `lfs quota -gq` prints: wrapped, bracketed, starred, commented, or nothing; only a whole line is a quota."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.lfs_quota import Quota, parse_quota

MOUNT = "/lustre/scratch114"
LINE = "112345678*      0 104857600       -   57943       0 1000000       -"
KNOWN = Quota(104857600 * 1024, 1000000, 112345678 * 1024, 57943)
HEADERS = """Disk quotas for grp hgi (gid 1313):
     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
"""


@pytest.mark.parametrize(
    "text",
    [
        f"{MOUNT} {LINE}\n",
        f"{MOUNT}\n                {LINE}\n",
        f"{MOUNT}/ {LINE}\n",
        HEADERS + f"{MOUNT}\n                {LINE}\n",
        f"{MOUNT} {LINE}\ngid 1313 is using default block quota setting\n",
        f"{MOUNT} {LINE.replace('       -   57943', ' 6d23h59m40s 57943')}\n",
        f"{MOUNT} {LINE.replace('       -   57943', ' expired 57943*')}\n",
        f"/lustre/scratch1 1 2 3 - 4 5 6 -\n{MOUNT} {LINE}\n",
        f"/lustre/scratch1145 1 2 3 - 4 5 6 -\n{MOUNT} {LINE}\n",
        f"{MOUNT} {LINE}\nscratch114-MDT0000_UUID\n                 4734 - 0 - 4490 - 0 -\n",
    ],
)
def test_the_line_of_the_mount_is_the_quota(text: str) -> None:
    assert parse_quota(text, MOUNT) == KNOWN


def test_usage_in_brackets_counts_but_is_not_whole() -> None:
    text = f"{MOUNT} [10240*] 0 20480 - [17724] 0 0 -\nSome errors happened when getting quota info.\n"
    assert parse_quota(text, MOUNT) == Quota(20480 * 1024, 0, 10240 * 1024, 17724, is_whole=False)


def test_a_limit_in_brackets_is_unknown() -> None:
    assert parse_quota(f"{MOUNT} 1 0 [20480] - 1 0 [0] -", MOUNT) == Quota(None, None, 1024, 1, is_whole=False)


def test_a_zero_is_unlimited_and_a_dash_unknown() -> None:
    assert parse_quota(f"{MOUNT} 1 0 0 - 1 0 0 -", MOUNT) == Quota(0, 0, 1024, 1)
    assert parse_quota(f"{MOUNT} - - - - - - - -", MOUNT) == Quota(None, None, None, None)


def test_a_figure_beyond_64_bits_is_unknown() -> None:
    assert parse_quota(f"{MOUNT} 1 0 99999999999999999999 - 1 0 2 -", MOUNT) == Quota(None, 2, 1024, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        HEADERS,
        f"{MOUNT}\n",
        f"{MOUNT} 1 0 0 - 1 0 0",
        f"{MOUNT} 1.5 0 0 - 1 0 0 -",
        f"{MOUNT} 9.4G 0k 0k - 4490 0 0 -",
        f"{MOUNT} -1 0 0 - 1 0 0 -",
        f"/lustre/scratch115 {LINE}",
        "Permission denied.\n",
        "grp quotas are not enabled.\n",
        "quotactl failed: No such process\n",
        "unknown group: hgi\n",
        f"{MOUNT} has no quota set for the group hgi here\n",
    ],
)
def test_what_is_no_whole_line_is_no_quota(text: str) -> None:
    assert parse_quota(text, MOUNT) is None


@given(st.text())
def test_no_output_is_an_error(text: str) -> None:
    parse_quota(text, MOUNT)
    parse_quota(f"{MOUNT} {text}", MOUNT)
