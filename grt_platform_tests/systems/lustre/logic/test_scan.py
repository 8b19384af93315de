import io
import itertools
import random
import tempfile
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.entry import Form, read_line
from grt_platform.systems.lustre.logic.from_entries import groups_of, users_of
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.groups_only import scan_groups
from grt_platform.systems.lustre.logic.rescan import rescan
from grt_platform_tests.oracles.lustre_scan import lines_of, plain_scan
from grt_platform_tests.systems.lustre.logic.dumps import (
    ENTRY,
    HOSTILE,
    PATHS_64,
    PATHS_QUOTED,
    Run,
    entry_line,
    line,
    packed,
    rules,
    schema_frame,
)

FORMS = {"mpistat": Form.BASE64, "wrstat": Form.QUOTED}
QUIET = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def rebuilt(run: Run, given_rules) -> None:
    """Rebuilds every product from the entries alone, and compares."""
    again = rescan(io.BytesIO(run.parquet), given_rules, scratch=tempfile.TemporaryFile)
    lazy = pl.scan_parquet(io.BytesIO(run.parquet))
    assert_frame_equal(again.users(), run.users)
    assert_frame_equal(again.groups(), run.groups)
    assert_frame_equal(again.projects(), run.projects)
    assert_frame_equal(pl.concat([schema_frame(), *again.tree()]), run.tree)
    alone = rescan(io.BytesIO(run.parquet), given_rules, scratch=tempfile.TemporaryFile, is_owned=False)
    assert_frame_equal(pl.concat([schema_frame(), *alone.tree()]), run.tree)
    assert_frame_equal(groups_of(lazy, given_rules), run.groups)
    assert_frame_equal(users_of(lazy, given_rules), run.users)


def path_of(row) -> bytes:
    """The path of an entry, as the table tells it."""
    return row["dir"] + b"/" + row["name"] if row["type"] != "d" else row["dir"] or b"/"


def check(data: bytes, form: str, given_rules=None, **options) -> Run:
    """Scans, and compares everything with the plain loop."""
    wanted = given_rules or rules()
    run = Run(data, wanted, **options)
    plain, bad = plain_scan(lines_of(data), FORMS[form], wanted)
    assert [tuple(each) for each in run.bad] == bad
    assert_frame_equal(run.users, plain.users_frame())
    assert_frame_equal(run.groups, plain.groups_frame())
    assert_frame_equal(run.projects, plain.projects_frame())
    assert_frame_equal(run.tree, plain.tree_frame())
    assert run.counts.lines == run.counts.entries + run.counts.quarantined == len(lines_of(data))
    assert run.entries.height == run.counts.entries
    rebuilt(run, wanted)
    bad_again = []
    counts, groups = scan_groups(io.BytesIO(data), "a.dat.gz", wanted, bad=bad_again.extend)
    assert_frame_equal(groups, run.groups)
    assert (bad_again, counts.lines, counts.entries) == (run.bad, run.counts.lines, run.counts.entries)
    return run


@QUIET
@given(st.lists(ENTRY, min_size=1, max_size=30), st.sampled_from(list(FORMS)), st.data())
def test_a_scan_adds_up_to_what_the_plain_loop_says(entries, form, data):
    first = line(form=form)
    apparent = st.one_of(st.none(), st.integers(0, 1 << 40)) if form == "wrstat" else st.none()
    run = check(packed([first, *(entry_line(each, form, data.draw(apparent)) for each in entries)]), form)
    assert run.counts.quarantined == 0


@QUIET
@given(st.lists(st.one_of(HOSTILE, ENTRY), min_size=1, max_size=30), st.sampled_from(list(FORMS)), st.booleans())
def test_hostile_lines_are_set_aside_with_the_reason_of_the_plain_reader(lines, form, ends):
    texts = [each if isinstance(each, bytes) else entry_line(each, form) for each in lines]
    check(packed([line(form=form), *texts, line(form=form)], b"\n" if ends else b""), form)


@pytest.mark.parametrize(("form", "paths"), [("mpistat", PATHS_64), ("wrstat", PATHS_QUOTED)])
def test_paths_written_in_odd_ways_are_judged_as_by_the_plain_reader(form, paths):
    rest = line(form=form).split(b"\t", 1)[1]
    run = check(packed([line(form=form), *(path + b"\t" + rest for path in paths)]), form)
    assert 0 < run.counts.quarantined < len(paths)


@QUIET
@given(
    st.lists(st.one_of(HOSTILE, ENTRY), min_size=1, max_size=12), st.sampled_from(list(FORMS)), st.integers(400, 900)
)
def test_where_blocks_and_row_groups_end_changes_nothing(lines, form, block_bytes):
    texts = [each if isinstance(each, bytes) else entry_line(each, form) for each in lines]
    data = packed([line(form=form), *texts])
    check(data, form, rules(max_line_bytes=399, max_tree_directories=3), block_bytes=block_bytes, group_rows=2)


@QUIET
@given(st.lists(ENTRY, min_size=1, max_size=12), st.sampled_from(list(FORMS)))
def test_entries_hold_every_field_of_every_line(entries, form):
    texts = [line(form=form), *(entry_line(each, form) for each in entries)]
    run = Run(packed(texts))
    read = [read_line(text, FORMS[form]) for text in texts]
    rows = run.entries.rows(named=True)
    assert [path_of(row) for row in rows] == [entry.path for entry in read]
    for mine, theirs in {"size_bytes": "size", "atime_s": "atime", "mtime_s": "mtime", "type": "type"}.items():
        assert [row[mine] for row in rows] == [getattr(entry, theirs) for entry in read]
    assert [row["ctime_s"] for row in rows] == [None if each.ctime == each.mtime else each.ctime for each in read]
    assert run.entries.select(pl.coalesce("ctime_s", "mtime_s")).to_series().to_list() == [each.ctime for each in read]
    assert [row["inode"] % (1 << 64) for row in rows] == [entry.inode for entry in read]
    assert [row["apparent_size_bytes"] for row in rows] == [entry.apparent_size for entry in read]


@QUIET
@given(
    st.lists(ENTRY, min_size=1, max_size=30),
    st.sampled_from(list(FORMS)),
    st.integers(1, 9),
    st.sampled_from([(), rules().areas]),
)
def test_a_tree_that_ends_at_a_depth_has_the_rows_of_the_whole_one_down_to_there(entries, form, depth, areas):
    data = packed([line(form=form), *(entry_line(each, form) for each in entries)])
    whole, wanted = Run(data, rules(areas=areas)), rules(areas=areas, max_tree_depth=depth)
    ending = Run(data, wanted)
    for run in (ending, Run(data, wanted, entries=None)):
        assert_frame_equal(run.tree, whole.tree.filter(pl.col("depth") <= depth))
        assert_frame_equal(run.projects, whole.projects)
        assert_frame_equal(run.users, whole.users)
    rebuilt(ending, wanted)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_lines_add_up_to_what_the_plain_loop_says():
    dump = io.BytesIO()
    made = generate(dump, Recipe("scratch114", date(2021, 8, 21), 1_000_000, bad_lines=20))
    run = check(dump.getvalue(), "mpistat", group_rows=1 << 16)
    assert (run.counts.lines, run.counts.quarantined) == (made.lines, made.bad_lines)
    assert_frame_equal(run.groups.select("gid", "used_bytes", "inodes"), made.groups)


def test_the_order_of_lines_changes_no_sum():
    texts = [
        line(
            b"/lustre/scratch114/projects/P/D%d/x%d.bam" % (i % 3, i),
            size=i,
            gid=i % 4,
            nlink=i % 3,
            mtime=1_500_000_000 + i,
        )
        for i in range(50)
    ]
    texts += [
        line(b"/lustre/scratch114/projects/P/D1", "d", gid=77),
        line(b"/lustre/scratch114/projects/P", "d", gid=5),
    ]
    first = Run(packed(texts))
    for seed in range(5):
        random.Random(seed).shuffle(texts)
        again = Run(packed(texts))
        for one, other in zip(
            (first.users, first.groups, first.projects, first.tree),
            (again.users, again.groups, again.projects, again.tree),
            strict=False,
        ):
            assert_frame_equal(one, other)


@pytest.mark.parametrize("form", FORMS)
def test_a_dump_may_be_cut_at_every_byte_and_is_refused(form):
    data = packed([line(b"/a/%d" % i, form=form) for i in range(4)])
    for size in range(len(data)):
        with pytest.raises(BadSourceError, match=r"a\.dat\.gz"):
            Run(data[:size])


def test_members_and_zeros_at_the_end_are_one_dump():
    data = packed([line(b"/a/%d" % i) for i in range(3)]) + packed([line(b"/b/%d" % i) for i in range(4)]) + b"\0" * 512
    assert Run(data).counts.lines == 7


@pytest.mark.parametrize(
    "tail", [b"x", b"garbage that is long enough to be a header", b"\0\0x", b"\x1f\x8b", b"\x1f\x8b\x08" + b"\xff" * 30]
)
def test_other_bytes_behind_the_stream_are_refused(tail):
    with pytest.raises(BadSourceError, match="damaged, cut short or followed by other bytes"):
        Run(packed([line()]) + tail)


def test_damage_names_the_file_and_the_line():
    data = bytearray(packed([line(b"/a/%d" % (i * 7919)) for i in range(50_000)]))
    data[len(data) // 2] ^= 0xFF
    data[len(data) // 2 + 1] ^= 0xFF
    with pytest.raises(BadSourceError) as caught:
        Run(bytes(data), block_bytes=200_000)
    assert caught.value.source == "a.dat.gz"
    assert caught.value.line > 1


@pytest.mark.parametrize("data", [b"", packed([], b""), b"plain text\n"])
def test_an_empty_file_or_one_that_is_no_gzip_is_refused(data):
    with pytest.raises(BadSourceError, match=r"a\.dat\.gz"):
        Run(data)


def test_too_many_bad_lines_refuse_the_dump():
    with pytest.raises(BadSourceError, match=r"2 of 4 lines are bad .* not 11 tab-separated fields"):
        Run(packed([line(), b"x", b"y", line()]), rules(max_bad_share=0.4))


def test_sizes_that_add_up_beyond_64_bits_refuse_the_dump():
    with pytest.raises(BadSourceError, match="more than 2\\^63 bytes"):
        Run(packed([line(size=(1 << 63) - 1), line(size=1)]))


@pytest.mark.parametrize("order", [1, -1, 0])
def test_sums_of_any_size_are_whole(order):
    """Sums of directories keep 40 bits at hand: each of these has more, some by one, some only with what is below."""
    sizes = [1 << 39, (1 << 40) - 1, 1 << 40, (1 << 40) + 1, (1 << 45) + 7, 1 << 50, 1, 0]
    parts = [b"a", b"b", b"c"]
    paths = [b"/" + b"/".join(where) for size in range(1, 6) for where in itertools.product(parts, repeat=size)]
    entries = [(path + b"/%d.bam" % i, sizes[(n + i) % 8]) for n, path in enumerate(paths) for i in range(4)]
    texts = [line(path, size=size, mtime=1_300_000_000 + 70_000_000 * (size % 5)) for path, size in entries]
    run = check(packed(random.Random(2).sample(texts, len(texts)) if not order else texts[::order]), "mpistat")
    assert run.tree["used_bytes"][0] == sum(size for _, size in entries) > 1 << 55


def test_a_line_longer_than_a_block_is_one_bad_line():
    run = Run(packed([line(), b"z" * 3_000_000, line(b"/b")]), rules(max_line_bytes=1000), block_bytes=2000)
    assert [(bad.line_number, bad.reason, len(bad.raw)) for bad in run.bad] == [
        (2, "line is longer than 1000 bytes", 65_536)
    ]
    assert run.counts.lines == 3
    assert run.counts.entries == 2


def test_the_form_is_told_by_the_first_good_line():
    run = Run(packed([b"scan begins", b"", line(form="wrstat", apparent=5), line()]))
    assert run.counts.form == "wrstat"
    assert [bad.line_number for bad in run.bad] == [1, 2, 4]


def test_sums_set_aside_add_up_to_the_same_tree():
    texts = [line(b"/lustre/%d/%d/f%d" % (i % 7, i % 31, i), size=i) for i in range(3000)]
    random.Random(1).shuffle(texts)
    whole = Run(packed(texts))
    parts = Run(packed(texts), rules(max_tree_directories=20), group_rows=100)
    assert_frame_equal(whole.tree, parts.tree)
    assert whole.tree.height == 1 + 1 + 7 + 217


def test_paths_of_every_kind_come_back_from_the_entries():
    names = [bytes(each) for each in itertools.product([1, 9, 10, 34, 92, 127, 128, 255], repeat=2)]
    for form in FORMS:
        run = Run(packed([line(b"/d/" + name, form=form) for name in names]))
        assert run.entries["name"].to_list() == names
    assert pl.Series(names).n_unique() == 64
