"""Parts of a dump read for themselves add up to one pass over it: the same bytes and rows, wherever it is cut."""

import io
import tempfile

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from grt_platform.adapters.parquet import marked_schema
from grt_platform.adapters.parquet_joined import join_parquet
from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre import schemas
from grt_platform.systems.lustre.logic.chunks import blocks_in, chunks_of
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.parts import PartFiles, added, write_part
from grt_platform.systems.lustre.logic.scan import scan
from grt_platform_tests.flows.lustre import FIRST
from grt_platform_tests.systems.lustre.logic.dumps import (
    ENTRY,
    HOSTILE,
    Run,
    entry_line,
    line,
    packed,
    rules,
    schema_frame,
)

QUIET = settings(max_examples=60, suppress_health_check=list(HealthCheck))


class Parts:
    """A dump read in parts, with everything that they add up to."""

    def __init__(self, data: bytes, given_rules, begins: list[int], block_bytes: int, group_rows: int) -> None:
        self.bad, told, parts, files = [], [], [], []
        self.given = given_rules
        for number in range(len(begins)):
            entries, part = io.BytesIO(), PartFiles(io.BytesIO(), io.BytesIO(), io.BytesIO())
            scanned = scan(
                io.BytesIO(data),
                "a.dat.gz",
                given_rules,
                entries=entries,
                entries_schema=marked_schema(schemas.ENTRIES),
                bad=self.bad.extend,
                scratch=tempfile.TemporaryFile,
                chunks=chunks_of(begins, number, blocks_in(given_rules.chunk_bytes, block_bytes)),
                block_bytes=block_bytes,
                group_rows=group_rows,
            )
            write_part(scanned, part)
            files.append(entries)
            told.append(scanned.counts.told())
            parts.append(PartFiles(*(io.BytesIO(file.getvalue()) for file in part)))
        sink = io.BytesIO()
        join_parquet(files, sink)
        self.parquet, self.lines = sink.getvalue(), [each["lines"] for each in told]
        self.scanned = added(told, parts, "a.dat.gz", given_rules)
        self.projects = self.scanned.projects()
        self.tree = list(self.scanned.tree())


def agree(data: bytes, given_rules, begins: list[int], block_bytes: int, group_rows: int = 4096) -> Parts:
    """Parts that are one pass over the dump, to the bit."""
    whole = Run(data, given_rules, block_bytes=block_bytes, group_rows=group_rows)
    parts = Parts(data, given_rules, begins, block_bytes, group_rows)
    assert parts.parquet == whole.parquet
    assert parts.bad == whole.bad
    assert parts.scanned.counts == whole.counts
    assert list(parts.scanned.counts.reasons.items()) == list(whole.counts.reasons.items()), "in the same order"
    assert_frame_equal(parts.scanned.users, whole.users)
    assert_frame_equal(parts.scanned.groups, whole.groups)
    assert_frame_equal(parts.projects, whole.projects)
    assert_frame_equal(pl.concat([schema_frame(), *parts.tree]), whole.tree)
    return parts


@QUIET
@given(
    st.lists(st.one_of(HOSTILE, ENTRY), min_size=1, max_size=25),
    st.sampled_from(["mpistat", "wrstat"]),
    st.tuples(st.integers(400, 900), st.integers(400, 2000)),
    st.sets(st.integers(1, 12), max_size=4),
    st.tuples(st.sampled_from([2, 3, 4096]), st.sampled_from([3, 2_500_000])),
)
def test_wherever_a_dump_is_cut_its_parts_add_up_to_one_pass(lines, form, sizes, begins, bounds):
    (block_bytes, chunk_bytes), (group_rows, directories) = sizes, bounds
    texts = [each if isinstance(each, bytes) else entry_line(each, form) for each in lines]
    given_rules = rules(max_line_bytes=399, max_tree_directories=directories, chunk_bytes=chunk_bytes)
    data = packed([line(form=form), *texts])
    agree(data, given_rules, [0, *sorted(begins)], block_bytes, group_rows)


@pytest.mark.parametrize("form", ["mpistat", "wrstat_old", "wrstat", "wrstat_new"])
def test_a_made_dump_with_planted_faults_is_the_same_in_any_number_of_parts(form):
    sink = io.BytesIO()
    generate(sink, Recipe("scratch114", FIRST, 30_000, form=form, bad_lines=3, fault="members"))
    given_rules = rules(chunk_bytes=400_000, max_tree_directories=1000)
    for begins in ([0, 4], [0, 1, 3, 4, 7]):
        parts = agree(sink.getvalue(), given_rules, begins, 100_000)
        assert min(parts.lines) > 1000, "each part has lines of its own"


def test_a_part_that_begins_behind_the_end_holds_nothing():
    parts = agree(packed([line(b"/a/%d" % number) for number in range(100)]), rules(chunk_bytes=1000), [0, 90], 1000)
    assert parts.lines == [100, 0]


def test_the_frames_of_a_joined_tree_are_those_of_one_pass():
    texts = [line(b"/lustre/d%d/f" % number) for number in range(70_000)]
    parts = Parts(packed(texts), rules(chunk_bytes=300_000), [0, 3, 5], 100_000, 4096)
    whole = Run(packed(texts), rules(chunk_bytes=300_000))
    assert [frame.height for frame in parts.tree] == [1, 1, 32768, 32768, 70_000 - 2 * 32768]
    assert_frame_equal(pl.concat(parts.tree), whole.tree)


def test_parts_of_a_dump_that_is_cut_short_are_refused_by_the_last_one():
    data = packed([line(b"/a/%d" % (number * 7919)) for number in range(5000)])[:-20]
    with pytest.raises(BadSourceError, match="damaged, cut short"):
        Parts(data, rules(chunk_bytes=100_000), [0, 1, 2], 100_000, 4096)


def test_too_many_bad_lines_in_all_parts_together_refuse_the_dump():
    data = packed([line(), *[b"x"] * 600, *[line(b"/b/%d" % number) for number in range(600)]])
    for share in (0.4, 0.6):
        given_rules = rules(chunk_bytes=1000, max_bad_share=share)
        if share > 0.5:
            agree(data, given_rules, [0, 1, 9], 1000)
        else:
            with pytest.raises(BadSourceError, match=r"600 of 1201 lines are bad .* not 11 tab-separated fields"):
                Parts(data, given_rules, [0, 1, 9], 1000, 4096)


def test_sizes_that_add_up_beyond_64_bits_only_together_refuse_the_dump():
    huge = [line(b"/a/%d" % number, size=1 << 61) for number in range(4)]
    filler = [line(b"/b/%d" % number, size=0) for number in range(40)]
    data = packed([each for one in huge for each in (one, *filler)])
    with pytest.raises(BadSourceError, match="more than 2\\^63 bytes"):
        Parts(data, rules(chunk_bytes=3000), [0, 1, 2], 3000, 4096)


def test_counts_told_are_counts_again():
    counts = Counts("wrstat", 5, 3, 2, directories=1, used_bytes=7, files=2)
    counts.reasons.update({"b": 1, "a": 1})
    again = Counts.added([counts.told(), Counts("wrstat", 1, 1).told()])
    assert (again.lines, again.entries, again.quarantined, again.used_bytes, again.files) == (6, 4, 2, 7, 2)
    assert (list(again.reasons), again.form, again.directories) == (["b", "a"], "wrstat", 1)
