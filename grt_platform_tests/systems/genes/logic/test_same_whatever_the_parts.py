"""However a file is cut, its parts together are the whole: rows, bytes of the result, counts, faults."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic.joining import RepeatedError
from grt_platform.systems.genes.logic.options import Limits
from grt_platform.systems.genes.logic.scan import PIECE_LETTERS
from grt_platform_tests.systems.genes.logic.loading import Loaded, cut, load_bytes, load_parts
from grt_platform_tests.systems.genes.logic.test_same_whatever_the_chunks import CUTS, OPTIONS, bgzf, fasta

NOUNS = ("genes", "sequences", "served_genes", "quarantine")
ODD = (
    b"\xef\xbb\xbf; a note\r\n\r\r\n>a one\r\nAC\rGT\n>\r>b\n;x>y\r\n>a two >c\r\n\r\n acgt \r\n>d\nAC>GT\n\n"
    b">b\nACGT\n;\n>e\r\r\r>a three\nGG\n>last"
)


def same(parts: Loaded, whole: Loaded) -> None:
    for noun in NOUNS:
        assert parts.table(noun).to_dicts() == whole.table(noun).to_dicts(), noun
    assert parts.json == whole.json
    assert parts.tally == whole.tally


def by_parts(data, name, limits, marks, group_bytes=1 << 20, **options):
    """What the parts give, and how many they are; None where they leave it to who reads the whole."""
    try:
        parts = cut(data, name, limits, marks, group_bytes)
        return load_parts(data, name, limits, parts, **options), len(parts)
    except (BadSourceError, RepeatedError):
        return None, 0


def compare(data, name, limits, marks, group_bytes=1 << 20, **options):
    found, of = by_parts(data, name, limits, marks, group_bytes, **options)
    try:
        whole = load_bytes(data, name, limits, **options)
    except BadSourceError:
        assert found is None, "what is refused as a whole cannot be taken in parts"
        return 0
    assert found is not None, "what is taken as a whole is taken in parts"
    same(found, whole)
    return of


@settings(max_examples=150)
@given(fasta(), CUTS, OPTIONS, st.lists(st.integers(0, 150), max_size=6).map(sorted))
def test_parts_of_plain_text_are_the_whole_wherever_they_are_cut(data, cuts, options, marks):
    compare(data, "x.fa", Limits(chunk_bytes=cuts[0], workers=cuts[1]), marks, **options)


@settings(max_examples=100)
@given(
    fasta(), OPTIONS, st.lists(st.integers(0, 1500), max_size=6).map(sorted), st.integers(1, 40), st.integers(30, 400)
)
def test_parts_of_bgzf_are_the_whole_wherever_they_are_cut(data, options, marks, block, group_bytes):
    compare(bgzf(data, block), "x.fa.gz", Limits(workers=2), marks, group_bytes, **options)


@settings(max_examples=150)
@given(st.binary(max_size=40).map(lambda data: data.replace(b"x", b"\n>")), st.integers(1, 7), st.integers(0, 40))
def test_any_bytes_are_taken_or_refused_in_parts_as_they_are_as_a_whole(data, chunk, mark):
    compare(data, "x.fa", Limits(chunk_bytes=chunk), [mark], alphabet="any", on_invalid="skip")


def test_a_file_with_every_oddity_is_the_same_at_every_single_cut():
    marks = range(0, len(ODD), 2)
    of = [compare(ODD, "x.fa", Limits(chunk_bytes=1), [mark], on_invalid="skip") for mark in marks]
    for chunk in range(1, 9):
        for repeat in ("keep", "first"):
            limits = Limits(chunk_bytes=chunk)
            of.append(compare(ODD, "x.fa", limits, [*range(len(ODD))], on_invalid="skip", on_repeat=repeat))
    assert max(of) == 9, "a part for each record"


def test_a_name_that_repeats_in_another_part_is_left_to_who_reads_the_whole():
    limits, data = Limits(chunk_bytes=4), b">a\nAC\n>b\nGG\n>a\nTT\n"
    parts = cut(data, "x.fa", limits, [*range(len(data))])
    assert len(parts) == 3
    with pytest.raises(RepeatedError):
        load_parts(data, "x.fa", limits, parts, on_repeat="error")
    same(load_parts(data, "x.fa", limits, parts, on_repeat="first"), load_bytes(data, on_repeat="first"))


@pytest.mark.parametrize("length", [PIECE_LETTERS - 1, PIECE_LETTERS, PIECE_LETTERS + 1, 3 * PIECE_LETTERS + 7])
def test_a_record_longer_than_several_parts_is_in_one(length):
    data = b">a\nAC\n>long\n" + b"ACGGT" * (length // 5) + b"A" * (length % 5) + b"\n>b\nGG\n>long\n" + b"C" * length
    limits = Limits(chunk_bytes=200_000, text_letters=PIECE_LETTERS)
    assert compare(data, "x.fa", limits, [*range(0, len(data), 100_000)]) in {2, 3}
    assert compare(data, "x.fa", limits, [*range(0, len(data), 100_000)], on_repeat="first") in {2, 3}


def test_a_long_record_that_turns_out_bad_is_set_aside_by_its_part_alone():
    data = b">a\nAC\n" * 9 + b">long\n" + b"ACGT" * PIECE_LETTERS + b"?\n>long\nGG\n" + b">b\nAC\n" * 9
    assert compare(data, "x.fa", Limits(chunk_bytes=50_000), [10, 60, 200_000, 4_000_000], on_invalid="skip") > 1


def test_files_that_cannot_be_read_from_their_middle_have_no_parts():
    for data, name in ((gzip.compress(b">a\nAC\n" * 50), "x.fa.gz"), (b"a,AC\n" * 50, "x.csv")):
        assert cut(data, name, Limits(chunk_bytes=8), [10, 20]) == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b">a\nAC\n" * 50, "x.fa.gz"),
        (bgzf(b">a\nAC\n" * 50)[:-40], "x.fa.gz"),
        (bgzf(b">a\nAC\n" * 50)[:200] + b"\xff" * 99 + bgzf(b">a\nAC\n"), "x.fa.gz"),
        (b">a\nAC\n" * 50, "x.fa"),
    ],
)
def test_a_file_that_is_damaged_or_too_large_is_not_cut(data, name):
    with pytest.raises(BadSourceError):
        cut(data, name, Limits(chunk_bytes=8, max_unpacked_bytes=100), [10, 20], group_bytes=64)


def test_a_part_of_a_file_that_became_shorter_is_refused():
    data = b">a\nAC\n" * 9
    parts = cut(data, "x.fa", Limits(chunk_bytes=8), [20])
    with pytest.raises(BadSourceError, match="shorter"):
        load_parts(data[:-1], "x.fa", Limits(), parts)
