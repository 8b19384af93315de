"""Made dumps: the same recipe gives the same bytes, what was planted is in them, and days follow from each other."""

import gzip
import hashlib
import itertools
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO

import polars as pl
import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.generate import Made, Recipe, generate
from grt_platform.systems.lustre.logic.groups import read_groups_file
from grt_platform.systems.lustre.logic.made.lines import FORMS, bad_lines, quoted
from grt_platform.systems.lustre.logic.made.people import ALL_GROUPS, KNOWN_GROUPS, UNKNOWN_GIDS
from grt_platform.systems.lustre.logic.made.tables import groups_file, passwd_file, quotas_file
from grt_platform.systems.lustre.logic.made.words import STRANGE
from grt_platform.systems.lustre.logic.quotas import read_quotas_file

DAY = date(2026, 11, 1)
GOLDEN = "2fbebc3054902fcdc387b0c8645790e6f5c9874bf9c70ea69e1dea8336bf3963"


def made(lines: int = 3000, volume: str = "scratch115", dumped_on: date = DAY, **others: object) -> tuple[Made, bytes]:
    sink = BytesIO()
    result = generate(sink, Recipe(volume, dumped_on, lines, **others))
    assert result.packed_bytes == len(sink.getvalue())
    return result, sink.getvalue()


def rows(packed: bytes) -> Iterator[list[bytes]]:
    for line in gzip.decompress(packed).splitlines():
        path, *fields = line.split(b"\t")
        yield [b64decode(path, validate=True), *fields]


def groups(packed: bytes) -> dict[int, tuple[int, int]]:
    found: Counter[int] = Counter()
    inodes: Counter[int] = Counter()
    for row in rows(packed):
        size, gid, links = int(row[1]), int(row[3]), int(row[9])
        found[gid] += size // links if links else 0
        inodes[gid] += 1
    return {gid: (found[gid], count) for gid, count in inodes.items()}


def test_the_same_recipe_gives_the_same_text_on_every_machine() -> None:
    _, packed = made(2000)
    digest = hashlib.sha256(gzip.decompress(packed)).hexdigest()
    assert digest == GOLDEN
    assert packed == made(2000)[1]


def test_another_seed_or_volume_is_another_dump() -> None:
    texts = {made(500, volume, seed=seed)[1] for volume in ("scratch114", "scratch118") for seed in (0, 1)}
    assert len(texts) == 4


@pytest.mark.parametrize("lines", [1, 2, 7, 60, 199, 1000, 260_000])
def test_a_dump_has_exactly_as_many_lines_as_were_asked_for_the_scan_root_first(lines: int) -> None:
    result, packed = made(lines)
    paths = [row[0] for row in rows(packed)]
    assert len(paths) == len(set(paths)) == lines == result.lines
    assert paths[0] == b"/lustre/scratch115"


@pytest.mark.parametrize("volume", ["scratch114", "scratch115", "scratch116"])
def test_lines_come_as_a_walk_leaves_them_all_below_a_directory_together_behind_its_own(volume: str) -> None:
    found = list(rows(made(20_000, volume)[1]))
    first, last, count = dict[bytes, int](), dict[bytes, int](), Counter[bytes]()
    for number, row in enumerate(found):
        for end in [at for at, byte in enumerate(row[0]) if byte == ord("/") and at] + [len(row[0])]:
            place = row[0][:end]
            first.setdefault(place, number)
            last[place] = number
            count[place] += 1
    folders = {row[0]: number for number, row in enumerate(found) if row[7] == b"d"}
    below = [place for place in folders if count[place] > 1]
    assert len(below) > 2000
    assert all(last[place] - first[place] + 1 == count[place] and first[place] == folders[place] for place in below)
    comes_back = sum(b.rpartition(b"/")[0] != a.rpartition(b"/")[0] for a, b in itertools.pairwise(r[0] for r in found))
    assert comes_back > len(folders)  # files of one directory lie before and behind its directories


def test_the_totals_are_those_of_a_plain_count() -> None:
    result, packed = made(20_000)
    expected = {row["gid"]: (row["used_bytes"], row["inodes"]) for row in result.groups.to_dicts()}
    assert groups(packed) == expected


def test_every_oddity_of_real_dumps_occurs() -> None:
    _, packed = made(20_000)
    found = list(rows(packed))
    names = {row[0].rpartition(b"/")[2] for row in found}
    times = {int(row[5]) for row in found}
    inodes = Counter(row[8] for row in found)
    gids = {int(row[3]) for row in found}
    assert set(STRANGE) <= names
    assert {row[7] for row in found} == {b"f", b"d", b"l", b"s", b"b", b"c", b"F", b"X"}
    assert {0, -1, 4_102_444_800, 253_402_300_800} <= times
    assert any(row[9] == b"0" for row in found)
    assert any(int(row[8]) >= 1 << 63 for row in found)
    assert {row[9] for row in found if inodes[row[8]] == 2 and row[7] == b"f"} >= {b"2"}
    assert any(b"/realdata/mdt2/" in row[0] for row in found)
    assert any(b"/users/" in row[0].lower() for row in found)
    assert gids & set(UNKNOWN_GIDS)
    assert len(gids & {group.gid for group in KNOWN_GROUPS}) > 60


def test_shapes_are_those_of_real_dumps() -> None:
    _, packed = made(20_000, directories=0.31)
    found = list(rows(packed))
    folders = sum(row[7] == b"d" for row in found)
    depths = [row[0].count(b"/") for row in found]
    sizes = sorted(int(row[1]) for row in found if row[7] == b"f")
    assert 0.25 < folders / len(found) < 0.33
    assert min(depths) == 2
    assert 12 <= max(depths) <= 17
    assert sizes[len(sizes) // 5] == 0
    assert sizes[len(sizes) // 2] < 10_000_000
    assert sizes[-1] > 1 << 35


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_of_the_same_inodes(form: str) -> None:
    result, packed = made(1000, form=form)
    lines = gzip.decompress(packed).split(b"\n")[:-1]
    assert {len(line.split(b"\t")) for line in lines} == {12 if form == "wrstat_new" else 11}
    assert result.groups.equals(made(1000)[0].groups)
    if form.startswith("wrstat") and form != "wrstat_old":
        assert {line.split(b"\t")[0] for line in lines} == {
            quoted(row[0] + b"/" * (row[7] == b"d")).encode() for row in rows(made(1000)[1])
        }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"/a b", '"/a b"'),
        (b'/"\\', '"/\\"\\\\"'),
        (b"/\a\b\f\n\r\t\v\0\x1b\x7f", '"/\\a\\b\\f\\n\\r\\t\\v\\x00\\x1b\\x7f"'),
        (b"/caf\xe9", '"/caf\\xe9"'),
        (b"/\xed\xa0\x80", '"/\\xed\\xa0\\x80"'),
        ("/é日\U0001f600".encode(), '"/é日\U0001f600"'),
        ("/\u00ad\u200b\U000e0001".encode(), '"/\\u00ad\\u200b\\U000e0001"'),
    ],
)
def test_paths_are_quoted_as_go_quotes_them(path: bytes, expected: str) -> None:
    assert quoted(path) == expected


@pytest.mark.parametrize("form", FORMS)
def test_bad_lines_of_every_kind_are_planted_and_counted(form: str) -> None:
    result, packed = made(400, form=form, bad_lines=2)
    lines = gzip.decompress(packed).split(b"\n")[:-1]
    assert result.lines == len(lines) == 400 + result.bad_lines
    assert all(lines.count(line) == 2 for line in bad_lines(form).values())
    assert result.groups["inodes"].sum() == 400


def test_faults_of_files_are_as_named() -> None:
    whole = gzip.decompress(made()[1])
    assert made(fault="empty")[1] == b""
    with pytest.raises(EOFError):
        gzip.decompress(made(fault="truncated")[1])
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(made(fault="corrupt")[1])
    with pytest.raises(gzip.BadGzipFile, match="Not a gzipped"):
        gzip.decompress(made(fault="garbage")[1])
    for kind in ("zeros", "members"):
        assert gzip.decompress(made(fault=kind)[1]) == whole


def test_members_are_more_than_one() -> None:
    packed, count = made(300_000, fault="members")[1], 0
    while packed:
        member = zlib.decompressobj(wbits=31)
        member.decompress(packed)
        packed, count = member.unused_data, count + 1
    assert count == 3  # two blocks and an empty end


@pytest.mark.parametrize("level", [0, 1, 6])
def test_any_level_packs_the_same_text(level: int) -> None:
    assert gzip.decompress(made(500, level=level)[1]) == gzip.decompress(made(500)[1])


def test_a_volume_grows_from_day_to_day_and_loses_only_what_groups_delete() -> None:
    days = [made(5000, dumped_on=DAY + timedelta(days=n), first_on=DAY, growth=0.02) for n in range(4)]
    kept = [{tuple(row) for row in rows(packed)} for _, packed in days]
    shrinking = {group.gid for group in ALL_GROUPS if group.is_shrinking}
    for before, after in itertools.pairwise(kept):
        assert {int(row[3]) for row in before - after} <= shrinking
        assert len(after - before) == 100
    much_later = made(5000, dumped_on=DAY + timedelta(days=60), first_on=DAY, growth=0.02)[1]
    assert kept[0] - {tuple(row) for row in rows(much_later)}
    assert days[0][1] == made(5000)[1]


def test_groups_grow_by_different_rates() -> None:
    first, last = (made(5000, dumped_on=DAY + timedelta(days=n), first_on=DAY, growth=0.02)[0].groups for n in (0, 30))
    joined = first.join(last, on="gid", suffix="_later").with_columns(
        (pl.col("inodes_later") - pl.col("inodes")).alias("grown")
    )
    assert joined["grown"].min() < 0
    assert joined["grown"].max() > 300
    assert (joined["grown"] == 0).any()


def test_files_of_groups_people_and_quotas_go_with_a_dump() -> None:
    result, _ = made(7000)
    groups = read_groups_file(groups_file(), "groups.csv")
    quotas = read_quotas_file(quotas_file({"scratch115": result.groups}), "quotas.csv")
    assert groups.warnings == quotas.warnings == ()
    assert groups.frame.height == len(KNOWN_GROUPS)
    known = groups.frame.join(quotas.frame, on="group_name").join(result.groups, on="gid")
    assert known.height > 50
    assert (known["quota_bytes"] == 0).any()
    assert (known["quota_bytes"] > known["used_bytes"]).any()
    assert ((known["quota_bytes"] < known["used_bytes"]) & (known["quota_bytes"] > 0)).any()
    assert len(passwd_file().splitlines()) == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"form": "csv"},
        {"fault": "moon"},
        {"lines": 0},
        {"growth": -1.0},
        {"directories": 1.0},
        {"level": 10},
        {"first_on": DAY + timedelta(days=1)},
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        Recipe(**{"volume": "v", "dumped_on": DAY, "lines": 5, **wrong})
