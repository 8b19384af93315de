"""Every format that Galaxy ever exported, and the real day of usegalaxy.org."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.reports import Report
from grt_platform_tests.galaxy_archives import FORMS, HEADERS, Made, describe, make_archive, tar
from grt_platform_tests.systems.galaxy.logic.loading import load_all, load_made
from grt_platform_tests.systems.galaxy.logic.product_rows import SAMPLE

NOUNS = {"jobs": "jobs", "params": "params", "metric_num": "metrics_num", "metric_txt": "metrics_txt"}
STREAMED = Limits(small_bytes=0, chunk_bytes=512)


def with_text(**texts: str | None) -> Made:
    """A report of format 4 (the only one with every older member), whose members have these lines."""
    bodies = {kind: None if text is None else f"{HEADERS[kind]}\n{text}".encode() for kind, text in texts.items()}
    return make_archive("F4", texts={"params": None, "metric_num": None, "metric_txt": None, **bodies})


@pytest.mark.parametrize("limits", [Limits(), STREAMED], ids=["kept", "streamed"])
@pytest.mark.parametrize("form", [form for form in FORMS if form != "F3"])
def test_every_row_of_every_format_with_headers_loads(form: str, limits: Limits) -> None:
    made = make_archive(form, range(1, 101), prefix="home/hxr/arbeit/galaxy/reports/")
    loaded = load_made(made, limits=limits)
    for kind, count in made.rows.items():
        assert loaded.table(NOUNS.get(kind, kind)).height == count
    assert loaded.ledger()["status"] == "loaded"
    assert loaded.ledger()["rows_in"] == loaded.ledger()["rows_loaded"] == sum(made.rows.values())
    assert loaded.rows("reports")[0]["schema_version"] == FORMS[form][0]


def test_the_first_draft_without_headers_is_rejected() -> None:
    assert load_made(make_archive("F3")).ledger()["reason"] == "jobs: has no header"


def test_a_real_day_of_usegalaxy_org_loads_whole() -> None:
    archive = SAMPLE
    packed = archive.read_bytes()
    sha256 = hashlib.sha256(packed).hexdigest()
    metadata = archive.with_name(archive.name.replace(".tar.gz", ".json")).read_bytes()
    received = datetime(2022, 7, 2, tzinfo=UTC)
    report = Report(
        archive.name, "1656720000.0", sha256, sha256, len(packed), received, metadata, lambda: archive.open("rb")
    )
    loaded = load_all([report])
    assert loaded.table("jobs").height == 12_068
    assert loaded.table("metrics_num").height == 56_458
    assert loaded.ledger()["rows_quarantined"] == 0
    assert loaded.rows("jobs")[0] == {
        "job_id": 44_279_064,
        "tool_id": "ucsc_table_direct1",
        "tool_version": "1.0.0",
        "state": "ok",
        "created_at": datetime(2022, 7, 1, 0, 0, 0, 348_464, tzinfo=UTC),
        "report_id": "1656720000.0",
    }


@pytest.mark.parametrize("order", [("datasets", "metric_num", "jobs"), ("metric_num", "jobs", "datasets")])
def test_the_order_of_members_does_not_matter(order: Sequence[str]) -> None:
    usual, other = load_made(make_archive()), load_made(make_archive(order=order))
    assert usual.frames["metrics_num"][0].equals(other.frames["metrics_num"][0])
    assert usual.frames["datasets"][0].equals(other.frames["datasets"][0])


def test_columns_are_found_by_name_and_extra_ones_are_told() -> None:
    text = "state\tnew column\tid\tcreate_time\ttool_version\ttool_id\nok\tx\t5\t2022-07-01 10:00:00\t1.0\tcat\n"
    loaded = load_made(make_archive(texts={"jobs": text.encode(), "metric_num": None, "datasets": None}))
    assert loaded.rows("jobs")[0] == {
        "job_id": 5,
        "tool_id": "cat",
        "tool_version": "1.0",
        "state": "ok",
        "created_at": datetime(2022, 7, 1, 10, tzinfo=UTC),
        "report_id": "1656720000.0",
    }
    assert loaded.ledger()["reason"] == "ignored column new column of jobs"


def test_a_byte_order_mark_before_the_header_and_a_missing_last_newline_are_fine() -> None:
    text = f"\ufeff{HEADERS['jobs']}\n7\tcat\t1\tok\tNone".encode()
    loaded = load_made(make_archive(texts={"jobs": text, "metric_num": None, "datasets": None}))
    assert [(row["job_id"], row["created_at"]) for row in loaded.rows("jobs")] == [(7, None)]


def test_text_metrics_load() -> None:
    loaded = load_made(with_text(jobs="1\tcat\t1\tok\tNone\n", metric_txt="1\tenv\tPATH\t/bin\n1\tenv\tHOME\t\n"))
    assert [(row["name"], row["value"]) for row in loaded.rows("metrics_txt")] == [("PATH", "/bin"), ("HOME", None)]


def test_sizes_and_numbers_stay_exact() -> None:
    numbers = ("9223372036854771712", "18446744073709551615.0000000", "-4.5", "None", "", "166701736049424952.0000001")
    sizes = ("-1", "None", "0", "120000000", "", "9223372036854775807")
    made = make_archive(
        "F4d",
        texts={
            "jobs": f"{HEADERS['jobs']}\n1\tcat\t1\tok\tNone\n".encode(),
            "params": None,
            "metric_num": "\n".join(
                [HEADERS["metric_num"], *(f"1\tp\tn{i}\t{n}" for i, n in enumerate(numbers))]
            ).encode(),
            "datasets": "\n".join(
                [HEADERS["datasets"], *(f"1\t{i + 1}\tNone\t{n}\tNone\toutput" for i, n in enumerate(sizes))]
            ).encode(),
        },
    )
    loaded = load_made(made)
    assert [row["value"] for row in loaded.rows("metrics_num")] == [
        Decimal(9_223_372_036_854_771_712),
        Decimal(18_446_744_073_709_551_615),
        Decimal("-4.5"),
        None,
        None,
        Decimal("166701736049424952.0000001"),
    ]
    assert [row["size_bytes"] for row in loaded.rows("datasets")] == [None, None, 0, 120_000_000, None, 2**63 - 1]
    assert {row["extension"] for row in loaded.rows("datasets")} == {None}


def test_parameters_stay_as_exported() -> None:
    values = ['"null"', '"\\"-G /home/USER/galaxy\\""', "None", '"{\\"values\\": [1]}"']
    lines = "".join(f"1\tp{i}\t{value}\n" for i, value in enumerate(values))
    loaded = load_made(with_text(jobs="1\tcat\t1\tok\tNone\n", params=lines))
    assert [row["value"] for row in loaded.rows("params")] == values


def test_what_a_report_tells_of_its_instance_is_kept() -> None:
    made = make_archive("F4", generated="1501836597.08", jobs_next={"a": 1}, galaxy_version="17.09")
    loaded = load_made(made)
    told = loaded.rows("reports")[0]
    assert (told["users_active"], told["users_total"], told["galaxy_version"]) == (10, 2131, "17.09")
    assert told["generated_at"] == datetime(2017, 8, 4, 8, 49, 57, 80_000, tzinfo=UTC)
    assert told["metadata"] == '{"jobs_next": {"a": 1}}'
    assert loaded.rows("tools") == [
        {
            "report_id": "1501836597.08",
            "tool_id": "upload1",
            "name": "Upload File",
            "version": "1.1.4",
            "tool_shed": None,
            "repository_id": None,
            "repository_name": None,
        }
    ]


def test_a_report_without_jobs_loads() -> None:
    loaded = load_made(make_archive(jobs=()))
    assert loaded.ledger()["status"] == "loaded"
    assert loaded.ledger()["rows_in"] == 0
    assert loaded.table("reports").height == 1


def test_other_files_in_an_archive_are_told_and_left_alone() -> None:
    loaded = load_made(make_archive(extra=[("../../etc/passwd", b"root"), ("notes.tsv", b"")]))
    assert loaded.ledger()["reason"] == "ignored member passwd; ignored member notes.tsv"


def test_long_and_foreign_names_of_members_are_read_in_every_tar_dialect() -> None:
    for dialect in (0, 1, 2):
        prefix = "home/" + "d" * 90 + "/r/"
        files = [(f"{prefix}1.jobs.tsv", f"{HEADERS['jobs']}\n1\tcat\t1\tok\tNone\n".encode())]
        packed = tar(files, kind=dialect)
        loaded = load_made(Made("1", packed, describe(packed, 3, "1656720000.0")))
        assert loaded.table("jobs").height == 1


@pytest.mark.parametrize("limits", [Limits(), STREAMED], ids=["kept", "streamed"])
@pytest.mark.parametrize("length", [70_000, 3_000_000])
def test_an_overlong_line_is_set_aside_and_its_neighbours_load(length: int, limits: Limits) -> None:
    lines = ["1\tcat\t1\tok\tNone", f"2\t{'x' * length}\t1\tok\tNone", "3\tcat\t1\tok\tNone"]
    text = "\n".join([HEADERS["jobs"], *lines]).encode()
    loaded = load_made(make_archive(texts={"jobs": text, "metric_num": None, "datasets": None}), limits=limits)
    assert [row["job_id"] for row in loaded.rows("jobs")] == [1, 3]
    aside = loaded.rows("quarantine")[0]
    assert aside["line_number"] == 3
    assert aside["reason"] == ("field longer than 64 KiB" if length < 1_000_000 else "line longer than 1 MiB")
    assert aside["raw"] == lines[1].encode()[: 64 * 1024]


def test_bad_rows_of_joined_archives_keep_their_own_line_numbers() -> None:
    made = [
        make_archive(
            generated=f"165672000{i}.0",
            texts={
                "jobs": f"{HEADERS['jobs']}\n{10 * i + 1}\tcat\t1\tok\tNone\n{10 * i + 2}\tcat\t1\tok\tNone\n".encode(),
                "metric_num": f"{HEADERS['metric_num']}\n{10 * i + 1}\tp\ta\t1\n{10 * i + 1}\tp\ta\tnan\n".encode(),
                "datasets": None,
            },
        )
        for i in range(1, 4)
    ]
    loaded = load_made(*made)
    places = [(row["source"], row["member"], row["line_number"], row["raw"]) for row in loaded.rows("quarantine")]
    assert places == [
        (f"165672000{i}.0.tar.gz", "metric_num", 3, f"{10 * i + 1}\tp\ta\tnan".encode()) for i in (3, 2, 1)
    ]
