"""Where archived directories are looked for, and what was found as CSV."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.logic.archived import archived_csv, parse_archived_dirs, read_archived

NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).map(str.strip).filter(bool)


def test_folders_are_told_by_volume() -> None:
    assert parse_archived_dirs(" a=/x/ /y ; b=/z;; ") == {"a": ("/x", "/y"), "b": ("/z",)}
    assert parse_archived_dirs("") == {}


def test_the_default_has_all_volumes_of_the_old_reporter_with_its_missing_slash_mended() -> None:
    folders = parse_archived_dirs(Settings().lustre_archived_dirs)
    assert sorted(folders) == ["scratch114", "scratch115", "scratch118", "scratch119", "scratch123"]
    assert folders["scratch119"] == ("/lustre/scratch119/humgen/teams", "/lustre/scratch119/humgen/projects")


@pytest.mark.parametrize("text", ["a", "a=", "=/x", "a=x", "a=/x y"])
def test_what_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="GRT_LUSTRE_ARCHIVED_DIRS"):
        parse_archived_dirs(text)


@given(st.dictionaries(NAME, st.none() | NAME, max_size=6))
def test_what_was_found_comes_back_as_it_was(found: dict[str, str | None]) -> None:
    assert dict(read_archived(archived_csv(found), "archived.csv").rows()) == found
