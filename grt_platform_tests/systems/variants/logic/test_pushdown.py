"""Regions of a command that are pushed down to the reading of files, and what is left of the command then."""

import pytest

from grt_platform.systems.variants.logic.command import parse_command
from grt_platform.systems.variants.logic.formats import ResultFormat


def parsed(text: str):
    return parse_command(text, ResultFormat.VCF)


def pushed(text: str):
    pushdown = parsed(text).pushdown
    return pushdown and (",".join(region.text for region in pushdown.regions), pushdown.overlap, pushdown.segment)


@pytest.mark.parametrize(
    ("text", "down"),
    [
        ("view -G", None),
        ("view -t ^1", None),
        ("view -r 1", ("1", 1, 0)),
        ("view -r 1:5-9", ("1:5-9", 1, None)),
        ("view -r 1:5-9 --regions-overlap 0", ("1:5-9", 0, 0)),
        ("view -t 1:5-9", ("1:5-9", 0, 0)),
        ("view -r 1:5-9 --regions-overlap 2", ("1:5-9", 1, None)),
        ("view -i 'AC>1'; filter -e 'DP<3'; view -t 1:5-9", ("1:5-9", 0, 2)),
        ("norm -m-; view -t 1:5-9", ("1", 1, None)),
        ("norm -m-; view -r 1", ("1", 1, 1)),
        ("filter -g 5; view -t 1:5-9", ("1", 1, None)),
        ("view -t 1:5-9,2; norm -m-; view -r 2", ("2", 0, 0)),
        ("view -t 1,2; view -t 2:5-9", ("2", 0, 0)),
    ],
)
def test_only_regions_that_commute_with_combining_go_before_it(text, down):
    assert pushed(text) == down


def test_a_region_by_what_a_record_spans_is_read_from_as_far_left_as_a_record_is_long():
    pushdown = parsed("view -r 1:100-200,2:3-9").pushdown
    assert [region.text for region in pushdown.widened(20).regions] == ["1:80-200", "2:1-9"]
    exact = parsed("view -t 1:100-200").pushdown
    assert exact.widened(20) == exact


def test_what_was_done_before_is_not_done_again():
    assert parsed("view -s -r 1").after_pushdown() == ()
    left = parsed("view -r 1 -G; view -s; view -i 'AC>1'").after_pushdown()
    assert [segment.normal for segment in left] == ["view --drop-genotypes", "view '--include=AC>1'"]
    [again] = parsed("view -r 1:5-9").after_pushdown()
    assert again.arguments == ("--targets=1:5-9", "--targets-overlap=1")
