"""Warning levels: the worst that holds, as the setting says."""

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.logic.levels import DEFAULT_LEVELS, parse_levels


@pytest.mark.parametrize(
    ("in_3", "in_7", "level"),
    [
        (None, None, (1, "OK")),
        (0.8, 0.8, (1, "OK")),
        (0.81, 0.81, (2, "Kinda OK")),
        (0.7, 0.81, (2, "Kinda OK")),
        (0.81, 0.7, (2, "Kinda OK")),
        (0.9, 0.96, (3, "Not OK")),
        (1.4, 0.2, (3, "Not OK")),
    ],
)
def test_the_default_warns_from_80_percent_on_and_is_red_from_95(in_3, in_7, level) -> None:
    assert parse_levels(DEFAULT_LEVELS).of({3: in_3, 7: in_7}.__getitem__) == level


def test_the_default_of_the_setting_is_the_documented_one() -> None:
    assert Settings().lustre_warnings == DEFAULT_LEVELS


def test_levels_may_be_others() -> None:
    levels = parse_levels(" fine ;hm=30d>1 ;bad = 1d>2.5 2d>3")
    assert levels.of({30: 1.5, 1: 0.0, 2: 3.5}.__getitem__) == (3, "bad")
    assert parse_levels("only").of(lambda days: 99.0) == (1, "only")


@pytest.mark.parametrize(
    "text", ["", ";", "a=3d>1", "a; b", "a; b=", "a; b=3>1", "a; b=3d>x", "a; b=3d>-1", "a; a=1d>1", "a; =1d>1"]
)
def test_what_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="GRT_LUSTRE_WARNINGS"):
        parse_levels(text)
