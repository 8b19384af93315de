"""Where the data is: any directory of any bytes, by depth, group, user, class and age; what is not there is said."""

from datetime import timedelta
from typing import Any

import pytest

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.schemas import ENTRIES, GROUP_USAGE, TREE, VOLUME_TOTALS
from grt_platform.systems.lustre.serving.queries import Question
from grt_platform.systems.lustre.serving.where import answer
from grt_platform_tests.systems.lustre.rows import DAY, keep, row, serve

ROOT = b"/lustre/scratch114"
NEXT = DAY + timedelta(days=1)


def directory(path: bytes, used: int, **values: Any) -> dict[str, Any]:
    return row(TREE, path=path, depth=path.count(b"/"), used_bytes=used, **values)


def entry(where: bytes, name: bytes, size: int, **values: Any) -> dict[str, Any]:
    return row(ENTRIES, **{"dir": where, "name": name, "size_bytes": size, "type": "f", "nlink": 1, **values})


@pytest.fixture
def asked(warehouse: Warehouse, lake: Lake):
    """Asks, with one loaded dump of a small tree."""
    serve(warehouse, VOLUME_TOTALS, row(VOLUME_TOTALS))
    serve(warehouse, GROUP_USAGE, row(GROUP_USAGE, gid=1, group_name="hgi"))
    keep(
        lake,
        TREE,
        directory(ROOT, 100, class_bytes='{"VCF":1,"BAM":30}', age_under_1m_bytes=60, age_over_7y_bytes=40),
        directory(ROOT + b"/a", 70),
        directory(ROOT + b"/a.b", 5),
        directory(ROOT + b"/ab", 25),
        directory(ROOT + b"/a/caf\xe9\n", 69),
        directory(ROOT + b"/a/caf\xe9\n/deep", 68),
    )
    keep(
        lake,
        ENTRIES,
        entry(ROOT + b"/a", b"", 1, type="d", gid=1, uid=7),
        entry(ROOT + b"/a", b"x", 10, gid=1, uid=7, nlink=2),
        entry(ROOT + b"/a", b"gone", 99, gid=1, uid=8, nlink=0),
        entry(ROOT + b"/a/caf\xe9\n", b"y", 40, gid=2, uid=7),
        entry(ROOT + b"/ab", b"z", 1000, gid=1, uid=7),
        entry(ROOT, b"a.b", 1000, gid=1, uid=7),
    )

    def ask(
        path: str, *, depth: int = 1, by: str | None = None, on: Any = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        return answer(warehouse, lake, Question(path, on, depth, by, limit))

    return ask


def test_a_directory_comes_with_the_largest_below_it(asked) -> None:
    paths = [row["path"] for row in asked("/lustre/scratch114")]
    assert paths == [f"/lustre/scratch114{name}" for name in ("", "/a", "/ab", "/a.b")]
    assert [row["path"] for row in asked("/lustre/scratch114/a/", depth=0)] == ["/lustre/scratch114/a"]
    assert len(asked("/lustre/scratch114", depth=9, limit=3)) == 3


def test_names_that_only_begin_alike_are_not_below(asked) -> None:
    assert [row["path"] for row in asked("/lustre/scratch114/a", depth=9)] == [
        "/lustre/scratch114/a",
        "/lustre/scratch114/a/caf\\xe9\\x0a",
        "/lustre/scratch114/a/caf\\xe9\\x0a/deep",
    ]


def test_a_path_of_any_bytes_is_found_as_it_is_shown(asked) -> None:
    shown = asked("/lustre/scratch114/a", depth=1)[1]["path"]
    assert [row["used_bytes"] for row in asked(shown)] == [69, 68]


def test_shares_of_groups_and_users_count_links_once_and_the_directory_itself(asked) -> None:
    groups = [(row["gid"], row["group_name"], row["used_bytes"], row["inodes"], row["files"]) for row in
              asked("/lustre/scratch114/a", by="group")]  # fmt: skip
    assert groups == [(2, None, 40, 1, 1), (1, "hgi", 6, 3, 1)]
    users = [(row["uid"], row["used_bytes"]) for row in asked("/lustre/scratch114/a", by="user")]
    assert users == [(7, 46), (8, 0)]


def test_classes_and_ages_add_up_to_the_whole(asked) -> None:
    classes = [(row["class"], row["used_bytes"]) for row in asked("/lustre/scratch114", by="class")]
    assert classes == [("BAM", 30), ("VCF", 1), (None, 69)]
    ages = {row["age"]: row["used_bytes"] for row in asked("/lustre/scratch114", by="age")}
    assert (sum(ages.values()), ages["under_1m"], len(ages)) == (100, 60, 9)


def test_every_row_says_of_which_dump_it_is(asked) -> None:
    for by in (None, "group", "user", "class", "age"):
        assert {(row["dumped_on"], row["volume"]) for row in asked("/lustre/scratch114/a", by=by)} == {
            (DAY, "scratch114")
        }


def test_the_newest_dump_that_has_the_directory_answers(asked, warehouse: Warehouse, lake: Lake) -> None:
    serve(warehouse, VOLUME_TOTALS, row(VOLUME_TOTALS, dumped_on=NEXT))
    keep(lake, TREE, row(TREE, path=ROOT, depth=2, used_bytes=1, dumped_on=NEXT))
    assert asked("/lustre/scratch114", depth=0)[0]["used_bytes"] == 1
    assert asked("/lustre/scratch114", depth=0, on=DAY)[0]["used_bytes"] == 100


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/lustre/scratch114/absent", "No dump that is loaded has a directory"),
        ("lustre/scratch114", "begin it with /"),
        ("", "begin it with /"),
        ("/a\\z", "write a backslash as"),
        ("/lustre/scratch114/a' OR 1=1 --", "No dump"),
    ],
)
def test_what_is_no_directory_of_a_dump_is_said(asked, path: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        asked(path)


def test_a_date_without_a_dump_is_named(asked) -> None:
    with pytest.raises(BadInputError, match="No dump of 2026-11-02"):
        asked("/lustre/scratch114", on=NEXT)
