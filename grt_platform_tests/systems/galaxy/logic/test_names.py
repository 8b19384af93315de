"""Names of uploads: stems, identifiers and versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.names import (
    check_identifier,
    check_stem,
    later_version,
    report_id_of,
)


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


@given(st.text(alphabet="0123456789.~ab", min_size=1, max_size=10))
def test_every_version_of_a_report_has_the_same_report_id(stem: str) -> None:
    later = later_version(stem, "0123456789abcdef" * 4)
    for name in (later, f"{later}.tar.gz", f"archives/{later}.json"):
        assert report_id_of(name) == stem


def test_a_stem_that_only_looks_like_a_version_keeps_its_name() -> None:
    assert report_id_of("a~0123456789AB.tar.gz") == "a~0123456789AB"
    assert report_id_of("~0123456789ab") == "~0123456789ab"
