"""Rows of members: the exact reader of single lines, and the fast one that must agree with it on everything."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.systems.galaxy.logic.headers import KINDS, parse_header
from grt_platform.systems.galaxy.logic.lines import BadLineError, read_line
from grt_platform.systems.galaxy.logic.rows import Part, Piece, columns_of, parse, parse_by_line
from grt_platform.systems.galaxy.schemas import MEMBER_TABLES
from grt_platform_tests.galaxy_archives import HEADERS, lines_of

LATEST = datetime(2022, 7, 3, tzinfo=UTC)
TYPES = {kind: parse_header(kind, header.encode()) for kind, header in HEADERS.items()}

BAD_IDS = [
    "",
    "0",
    "-1",
    "+5",
    " 5",
    "5 ",
    "5.0",
    "5e1",
    "1_000",
    "9223372036854775808",
    "99999999999999999999",
    "٣",
    "\uff15",
    "None",
    "0x1f",
    "nan",
    "0" * 20,
]
GOOD_IDS = {"1": 1, "9223372036854775807": 2**63 - 1, "00012": 12, "82962917": 82_962_917}
BAD_NUMBERS = [
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "1e5",
    "1E5",
    "+5",
    " 5",
    "1_0",
    "1,5",
    "٣.0",
    ".5",
    "5.",
    "--1",
    "1.00000001",
    "-",
    "0x1",
    "9" * 32,
    "none",
    "NULL",
]
GOOD_NUMBERS = {
    "4.0000000": Decimal(4),
    "9223372036854771712": Decimal(9_223_372_036_854_771_712),
    "18446744073709551615": Decimal(18_446_744_073_709_551_615),
    "-0.5": Decimal("-0.5"),
    "1.50000000000": Decimal("1.5"),
    "007": Decimal(7),
    "0.0000001": Decimal("0.0000001"),
    "9" * 31: Decimal("9" * 31),
    "None": None,
    "": None,
}
BAD_TIMES = [
    "2022-02-30 00:00:00",
    "2022-07-01",
    "2022-07-01T00:00:00",
    "2022-07-01 00:00:00Z",
    "2022-07-01 24:00:00",
    "now",
    "infinity",
    "2022-07-01 00:00:60",
    "2022-07-01 00:00:00.",
    "2022-07-01 00:00:00.1234567",
    " 2022-07-01 00:00:00",
    "2022-7-1 00:00:00",
    "2022-07-03 00:00:00.000001",
    "2999-01-01 00:00:00",
    "0000-01-01 00:00:00",
    "٢٠٢٢-07-01 00:00:00",
    "1656720000",
    "-1",
]
GOOD_TIMES = {
    "2022-07-01 00:00:02.41674": datetime(2022, 7, 1, 0, 0, 2, 416_740, tzinfo=UTC),
    "2022-07-01 10:00:00": datetime(2022, 7, 1, 10, tzinfo=UTC),
    "2022-07-03 00:00:00": LATEST,
    "2020-02-29 23:59:59.999999": datetime(2020, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    "0001-01-01 00:00:00": datetime(1, 1, 1, tzinfo=UTC),
    "None": None,
    "": None,
}
BAD_SIZES = ["-2", "1.0", "+1", "1e3", "9223372036854775808", "1_0", " 1", "nan", "-0", "٣"]
GOOD_SIZES = {"-1": None, "None": None, "": None, "0": 0, "120000000": 120_000_000, "9223372036854775807": 2**63 - 1}


def piece(kind: str, lines: list[bytes], latest: datetime = LATEST) -> Piece:
    text = b"".join(line + b"\n" for line in lines)
    return Piece(TYPES[kind], text, (Part(0, 2, len(lines), latest),))


def one(kind: str, line: str) -> dict[str, Any] | str:
    """The verdict on one line, which must be the same in company and from both readers."""
    usual = [text.encode() for text in lines_of("F4" if kind != "datasets" else "F6", range(1, 4))[kind]]
    exact, fast = (read(piece(kind, [*usual, line.encode(), *usual])) for read in (parse_by_line, parse))
    assert fast.good.equals(exact.good)
    assert fast.bad == exact.bad
    if exact.bad:
        return exact.bad[0][1]
    return exact.good.row(len(usual), named=True)


@pytest.mark.parametrize("text", BAD_IDS)
def test_a_bad_job_id_is_refused(text: str) -> None:
    assert one("jobs", f"{text}\tcat\t1\tok\tNone") == "job_id is not a positive 64-bit integer"
    assert one("metric_num", f"{text}\tcore\tcores\t1") == "job_id is not a positive 64-bit integer"


@pytest.mark.parametrize(("text", "value"), GOOD_IDS.items())
def test_a_good_id_is_exact(text: str, value: int) -> None:
    row = one("datasets", f"{text}\t{text}\tbam\t1\tx\tinput")
    assert isinstance(row, dict)
    assert row["job_id"] == row["dataset_id"] == value


@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_a_bad_number_is_refused(text: str) -> None:
    assert one("metric_num", f"1\tcore\tcores\t{text}") == (
        "value is not a plain decimal number of at most 31 digits and 7 decimals"
    )


@pytest.mark.parametrize(("text", "value"), GOOD_NUMBERS.items())
def test_a_good_number_is_exact(text: str, value: Decimal | None) -> None:
    row = one("metric_num", f"1\tcore\tcores\t{text}")
    assert isinstance(row, dict)
    assert row["value"] == value


@pytest.mark.parametrize("text", BAD_TIMES)
def test_an_impossible_or_future_time_is_refused(text: str) -> None:
    assert str(one("jobs", f"1\tcat\t1\tok\t{text}")).startswith("created_at ")


@pytest.mark.parametrize("text", BAD_TIMES)
def test_a_piece_of_nothing_but_impossible_times_is_refused(text: str) -> None:
    lines = [f"1\tcat\t1\tok\t{text}".encode()] * 2
    assert [number for number, _ in parse(piece("jobs", lines)).bad] == [0, 1]


@pytest.mark.parametrize(("text", "value"), GOOD_TIMES.items())
def test_a_good_time_is_utc(text: str, value: datetime | None) -> None:
    row = one("jobs", f"1\tcat\t1\tok\t{text}")
    assert isinstance(row, dict)
    assert row["created_at"] == value


@pytest.mark.parametrize("text", BAD_SIZES)
def test_a_bad_size_is_refused(text: str) -> None:
    assert one("datasets", f"1\t2\tbam\t{text}\tx\tinput") == "size_bytes is neither a size, -1 nor None"


@pytest.mark.parametrize(("text", "value"), GOOD_SIZES.items())
def test_an_unknown_size_is_null_and_zero_stays_zero(text: str, value: int | None) -> None:
    row = one("datasets", f"1\t2\tbam\t{text}\tx\tinput")
    assert isinstance(row, dict)
    assert row["size_bytes"] == value


@pytest.mark.parametrize(
    ("kind", "line", "reason"),
    [
        ("jobs", "", "blank line"),
        ("jobs", "1", "1 fields instead of 5"),
        ("jobs", "1\tcat\t1\tok", "4 fields instead of 5"),
        ("jobs", "5\ttoolA\t6\ttoolB\t1.0\tok\tNone", "7 fields instead of 5"),
        ("jobs", "1\tcat\t1\tok\tNone\r", "control byte 0x0d"),
        ("jobs", "1\tca\x00t\t1\tok\tNone", "control byte 0x00"),
        ("jobs", "1\tcat\t1\tok\tNone\t\x01", "control byte 0x01"),
        ("jobs", "1\tcat\t1\tok\t\x01", "control byte 0x01"),
        ("jobs", f"1\t{'x' * 65_537}\t1\tok\tNone", "field longer than 64 KiB"),
        ("jobs", "\ufeff1\tcat\t1\tok\tNone", "job_id is not a positive 64-bit integer"),
        ("jobs", "\\.", "1 fields instead of 5"),
        ("params", "1\t\tx", "name is empty"),
        ("metric_num", "1\t\tcores\t1", "plugin is empty"),
        ("metric_txt", "1\tenv\t\tx", "name is empty"),
        ("datasets", "1\t2\tbam\t1\tx\tboth", "direction is neither input nor output"),
        ("datasets", "1\tNone\tbam\t1\tx\tinput", "dataset_id is not a positive 64-bit integer"),
    ],
)
def test_a_broken_line_is_refused(kind: str, line: str, reason: str) -> None:
    assert one(kind, line) == reason


def test_bytes_that_are_not_utf8_are_refused() -> None:
    lines = [b"1\tcaf\xe9\t1\tok\tNone", "2\tcafé\t1\tok\tNone".encode(), b"3\t\xff\xfe\t1\tok\tNone"]
    for read in (parse, parse_by_line):
        rows = read(piece("jobs", lines))
        assert rows.bad == ((0, "not UTF-8"), (2, "not UTF-8"))
        assert rows.good["tool_id"].to_list() == ["café"]


def test_a_line_longer_than_a_mebibyte_is_refused() -> None:
    with pytest.raises(BadLineError, match="longer than 1 MiB"):
        read_line(TYPES["jobs"], b"x" * (1024 * 1024 + 1), LATEST)


def test_columns_have_the_types_of_their_tables() -> None:
    for kind in KINDS:
        names = [column.name for column in MEMBER_TABLES[kind].stored_columns if column.name != "report_id"]
        assert list(columns_of(kind)) == names


awkward = st.sampled_from(
    [
        *BAD_IDS,
        *GOOD_IDS,
        *BAD_NUMBERS,
        *GOOD_NUMBERS,
        *BAD_TIMES,
        *GOOD_TIMES,
        *BAD_SIZES,
        *GOOD_SIZES,
        "input",
        "output",
        '"',
        "'",
        "\\",
        '""',
        "#",
        "None",
        " None",
        "x\x08",
        "\r",
        "\x01",
        "\t",
        "\n",
        "\ufeff",
        "é",
        "\x7f",
        "\u2028",
        "a,b",
        "￿",
    ]
)
texts = st.one_of(
    awkward, st.integers(-2, 2**64).map(str), st.decimals(allow_nan=False, places=7).map(str), st.text(max_size=6)
)


@settings(max_examples=400)
@given(
    st.sampled_from(KINDS),
    st.lists(
        st.one_of(
            st.lists(texts, min_size=1, max_size=7).map("\t".join).map(lambda s: s.encode("utf-8", "surrogatepass")),
            st.binary(max_size=12),
        ),
        max_size=6,
    ),
    st.integers(0, 3),
    st.randoms(),
)
def test_both_readers_agree_on_any_bytes(kind: str, odd: list[bytes], usual: int, chance: Any) -> None:
    good = lines_of("F4" if kind != "datasets" else "F6", range(1, usual + 1), seed=usual)[kind]
    text = b"".join(
        line + b"\n" for line in chance.sample([*odd, *(line.encode() for line in good)], len(odd) + len(good))
    )
    count = text.count(b"\n")
    cut = chance.randint(0, count)
    parts = (Part(0, 2, cut, LATEST), Part(1, 2, count - cut, datetime(2022, 1, 1, tzinfo=UTC)))
    whole = Piece(TYPES[kind], text, parts)
    exact, fast = parse_by_line(whole), parse(whole)
    assert fast.bad == exact.bad
    assert fast.good.equals(exact.good)
    assert fast.good.schema == exact.good.schema
    assert fast.good.height + len(fast.bad) == count


@settings(max_examples=200)
@given(st.sampled_from(KINDS), st.lists(st.lists(texts, min_size=3, max_size=6), min_size=1, max_size=5))
def test_a_usual_first_line_or_a_strange_one_makes_no_difference(kind: str, rows: list[list[str]]) -> None:
    width = len(TYPES[kind].columns)
    lines = [("\t".join((row * 2)[:width])).encode("utf-8", "surrogatepass").replace(b"\n", b"") for row in rows]
    exact, fast = parse_by_line(piece(kind, lines)), parse(piece(kind, lines))
    assert (fast.bad, fast.good.to_dicts()) == (exact.bad, exact.good.to_dicts())


def test_time_limits_hold_for_each_report_of_a_joined_piece() -> None:
    line = b"1\tcat\t1\tok\t2022-07-01 00:00:00\n"
    early, late = datetime(2022, 6, 1, tzinfo=UTC), LATEST
    joined = Piece(TYPES["jobs"], line * 4, (Part(0, 2, 2, late), Part(1, 2, 2, early)))
    rows = parse(joined)
    assert [number for number, _ in rows.bad] == [2, 3]
    assert rows.good["report"].to_list() == [0, 0]
    assert np.array_equal(rows.good["line"].to_numpy(), [0, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_usual_lines_are_never_read_one_by_one(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grt_platform.systems.galaxy.logic.rows.read_line", None)
    lines = lines_of("F4" if kind != "datasets" else "F6", range(1, 50))[kind]
    assert parse(piece(kind, [line.encode() for line in lines])).good.height == len(lines)
