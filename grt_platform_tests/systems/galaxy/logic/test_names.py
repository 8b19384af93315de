"""Names of uploads: instance folders, stems, pairs and versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.names import (
    Pair,
    check_identifier,
    check_stem,
    instance_id,
    later_version,
    pairs,
    report_id_of,
)

INSTANCE = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"


def test_a_uuid_names_an_instance() -> None:
    assert instance_id(INSTANCE) == INSTANCE


@pytest.mark.parametrize(
    "name",
    [
        "",
        "12",
        "..",
        INSTANCE.upper(),
        INSTANCE.replace("-", ""),
        f"{{{INSTANCE}}}",
        f"urn:uuid:{INSTANCE}",
        INSTANCE + "\n",
    ],
)
def test_nothing_else_names_an_instance(name: str) -> None:
    with pytest.raises(BadSourceError, match="rename it"):
        instance_id(name)


@pytest.mark.parametrize("stem", ["1501836597.08", "a report", "é", "x" * 200, "a~b", "report.2"])
def test_a_usual_stem_names_a_report(stem: str) -> None:
    assert check_stem(stem) == stem


@pytest.mark.parametrize(
    "stem",
    ["", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", "a\0", "\x1b[2J", "x" * 201, "é" * 101, "\ud800", "\u202e"],
)
def test_a_hostile_stem_is_refused(stem: str) -> None:
    with pytest.raises(BadSourceError, match="rename it"):
        check_stem(stem)


@pytest.mark.parametrize("identifier", ["1501836597.08", "12", "00012"])
def test_a_unix_time_identifies_an_upload(identifier: str) -> None:
    assert check_identifier(identifier) == identifier


@pytest.mark.parametrize("identifier", ["", ".", "..", "1.2.3", "1.", ".5", "a", "1\n", "٣", "9" * 300])
def test_nothing_else_identifies_an_upload(identifier: str) -> None:
    with pytest.raises(BadSourceError, match="Unix time"):
        check_identifier(identifier)


def test_archives_and_metadata_are_paired_by_stem_and_others_are_named() -> None:
    names = ["1.5.tar.gz", "1.5.json", "2.json", "3.tar.gz", "notes.txt", ".tar.gz", ".json", "4.tar.gz.part"]
    whole, alone = pairs(names)
    assert whole == [Pair("1.5", "1.5.tar.gz", "1.5.json")]
    assert alone == [".json", ".tar.gz", "2.json", "3.tar.gz", "4.tar.gz.part", "notes.txt"]


@given(st.text(alphabet="0123456789.~ab", min_size=1, max_size=10))
def test_every_version_of_a_report_has_the_same_report_id(stem: str) -> None:
    later = later_version(stem, "0123456789abcdef" * 4)
    for name in (later, f"{later}.tar.gz", f"archives/{later}.json"):
        assert report_id_of(name) == stem


def test_a_stem_that_only_looks_like_a_version_keeps_its_name() -> None:
    assert report_id_of("a~0123456789AB.tar.gz") == "a~0123456789AB"
    assert report_id_of("~0123456789ab") == "~0123456789ab"
