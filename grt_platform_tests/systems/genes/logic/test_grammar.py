"""The grammar clause by clause: what is taken, what is refused, and in which words."""

import gzip

import pytest

from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.systems.genes.logic import load as load_module
from grt_platform.systems.genes.logic.file_names import file_kind
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.result_json import NoResult
from grt_platform.systems.genes.logic.scan import PIECE_LETTERS
from grt_platform_tests.systems.genes.logic.loading import load_bytes
from grt_platform_tests.systems.genes.logic.test_same_whatever_the_chunks import bgzf
from grt_platform_tests.systems.genes.sample import SAMPLE


def refusal(data: bytes, name: str = "x.fasta", limits: Limits | None = None, **options) -> BadSourceError:
    with pytest.raises(BadSourceError) as caught:
        load_bytes(data, name, limits, **options)
    return caught.value


def test_the_sample_fasta_is_what_the_field_knows_of_it():
    loaded = load_bytes((SAMPLE / "demo_file.fasta").read_bytes(), "demo_file.fasta", alphabet="dna")
    assert (loaded.tally.genes, loaded.tally.letters, len(loaded.json)) == (13, 14_725, 16_212)
    names = [gene["name"] for gene in loaded.genes]
    assert (names.count("LTR"), names.count("PPR"), names.count("PDI2")) == (5, 2, 2)
    assert len({gene["gene_name"] for gene in loaded.genes}) == 13
    assert [(g["ordinal"], g["identical_to"], g["length"]) for g in loaded.genes if g["identical_to"]] == [
        (13, 12, 438)
    ]


def test_the_sample_csv_holds_the_same_genes_once_blanks_and_case_are_set_aside():
    fasta = load_bytes((SAMPLE / "demo_file.fasta").read_bytes()).genes
    loaded = load_bytes((SAMPLE / "demo_file.csv").read_bytes(), "demo_file.csv")
    assert (loaded.tally.genes, loaded.tally.blanks_removed) == (10, 4)
    assert (loaded.genes[0]["length"], loaded.genes[9]["name"], loaded.genes[9]["length"]) == (1368, "1801", 1801)
    same = [fasta[ordinal - 1]["digest"] for ordinal in (1, 2, 3, 4, 5, 6, 7, 10, 11)]
    assert [gene["digest"] for gene in loaded.genes[:9]] == same


def test_the_result_is_the_bytes_that_json_dumps_would_make():
    loaded = load_bytes('>a "é"\nAC\n>b\n\n'.encode())
    assert loaded.json == (
        b'[{"line_number": 1, "gene_name": "a \\"\\u00e9\\"", "sequence": "AC"}, '
        b'{"line_number": 2, "gene_name": "b", "sequence": ""}]'
    )


def test_the_digest_is_that_of_ga4gh_refget():
    assert load_bytes(b">a\nacgt\n").genes[0]["digest"] == "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"


def test_gc_is_what_biopython_says_and_null_for_a_protein():
    from Bio.SeqUtils import gc_fraction

    genes = load_bytes(b">a\nACGTSWNNacgu-\n>p\nMKVL\n>n\nNN\n").genes
    assert genes[0]["gc"] == pytest.approx(gc_fraction("ACGTSWNNacgu-"))
    assert [gene["gc"] for gene in genes[1:]] == [None, None]


@pytest.mark.parametrize(
    "name",
    ["x.fasta", "x.FASTA", "x.Fa", "x.fna", "x.faa", "x.fa.gz", "x.FNA.GZ", "x.fasta.bgz", "a b.csv", "x.CSV.gz"],
)
def test_suffixes_are_taken_in_any_case(name):
    assert file_kind(name).form == ("csv" if "csv" in name.lower() else "fasta")


@pytest.mark.parametrize(
    "name", ["x", "x.txt", "x.fasta.zip", "a/x.fa", "..\\x.fa", "x.fa\n", ".fa", "x" * 300 + ".fa"]
)
def test_other_names_are_refused(name):
    with pytest.raises(BadInputError, match="no gene file"):
        file_kind(name)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "x.fa", "empty"),
        (b"\n \r\n", "x.fa", "no record"),
        (b"; only a comment\n", "x.fa", "no record"),
        (b"name,sequence\n", "x.csv", "no record"),
        (b"<html><body>Sign in", "x.fa", "HTML"),
        (b"<html>", "x.csv", "HTML"),
        (b"@read1\nACGT\n+\nIIII\n", "x.fasta", "FASTQ"),
        (b">a\nAC\n", "x.csv", "FASTA"),
        (gzip.compress(b">a\nAC\n", mtime=0), "x.fa", "its name does not say so"),
        (b">a\nAC\n", "x.fa.gz", "not gzip"),
        (gzip.compress(gzip.compress(b">a\nAC\n", mtime=0), mtime=0), "x.fa.gz", "packed twice"),
        (gzip.compress(b">a\nACGT\n" * 500, mtime=0)[:-20], "x.fa.gz", "cut off"),
        (bgzf(b">a\nACGT\n" * 500, 1000)[:-40], "x.fa.gz", "cut off"),
        (gzip.compress(b">a\nACGT\n", mtime=0)[:12] + b"\xff" * 30, "x.fa.gz", "damaged|cut off"),
        (b"PK\x03\x04rest", "x.csv", "zip"),
        (">a\nAC\n".encode("utf-16"), "x.fa", "UTF-16"),
        (b">a\nAC\x00GT\n", "x.fa", "no text has"),
        (b">a\x00b\nAC\n", "x.fa", "NUL"),
        (b">caf\xe9\nAC\n", "x.fa", "not UTF-8"),
        (b"a\tACGT\nb\tGG\n", "x.csv", "tabs"),
        (b"name;sequence\na;ACGT\n", "x.csv", "semicolons"),
        (b'name,sequence\na,"ACGT\n', "x.csv", "never closed"),
        (b"ACGT\n>a\nAC\n", "x.fa", "before the first record"),
    ],
)
def test_what_is_no_gene_file_is_refused_in_words(data, name, words):
    import re

    assert re.search(words, refusal(data, name).reason)


def test_an_error_names_record_line_and_column():
    error = refusal(b">first\nACGT\n>the second one\nAC GT\nAC-Z!GT\n", alphabet="dna")
    assert (error.source, error.line) == ("x.fasta", 5)
    assert "record 2 'the second one'" in error.reason
    assert "E_INVALID_LETTER 'Z' at line 5, column 4 is not in the alphabet dna, 2 such letters in all" in error.reason


def test_an_error_after_a_quoted_line_end_names_the_line_too():
    error = refusal(b'name,sequence\na,"AC\nG!"\n', "x.csv", alphabet="dna")
    assert "'!' at line 3, column 2" in error.reason


def test_a_header_at_the_end_of_the_file_keeps_its_last_letter_and_is_an_empty_gene():
    loaded = load_bytes(b">a\nAC\n>last")
    assert [(gene["name"], gene["length"]) for gene in loaded.genes] == [("a", 2), ("last", 0)]
    assert "1 gene(s) have no letter" in list(loaded.tally.warnings())


def test_a_greater_than_sign_within_a_header_or_a_line_begins_nothing():
    loaded = load_bytes(b">a >b > c\nAC\n", alphabet="dna")
    assert [gene["gene_name"] for gene in loaded.genes] == ["a >b > c"]
    assert "'>' at line 2, column 3" in refusal(b">a\nAC>GT\n", alphabet="dna").reason


def test_a_bad_record_is_set_aside_with_its_place_and_bytes_and_its_neighbours_load():
    loaded = load_bytes(b">a\nAC\n>b x\nA?C\n>c\nGG\n", on_invalid="skip")
    assert [gene["ordinal"] for gene in loaded.genes] == [1, 3]
    [row] = loaded.table("quarantine").to_dicts()
    assert (row["member"], row["line_number"], row["raw"]) == ("record 2", 4, b"b x\nA?C")
    assert [gene["line_number"] for gene in loaded.result] == [1, 2]


def test_masking_puts_the_letter_for_unknown_and_counts():
    genes = load_bytes(b">a\nAC?Z\n", alphabet="dna", on_invalid="mask").genes
    assert (genes[0]["sequence"], genes[0]["letters_masked"]) == ("ACNN", 2)
    assert load_bytes(b">a\nAC1\n", alphabet="protein", on_invalid="mask").genes[0]["sequence"] == "ACX"
    assert "E_INVALID_LETTER" in refusal(">a\nACé\n".encode(), alphabet="dna", on_invalid="mask").reason


def test_repeating_names_are_numbered_kept_once_or_an_error():
    data = b">a 1\nAC\n>b\nGG\n>a 2\nTT\n"
    assert [(g["name"], g["occurrence"]) for g in load_bytes(data).genes] == [("a", 1), ("b", 1), ("a", 2)]
    first = load_bytes(data, on_repeat="first")
    assert ([g["ordinal"] for g in first.genes], first.tally.records_dropped) == ([1, 2], 1)
    error = refusal(data, on_repeat="error")
    assert error.line == 5
    assert "record 3 repeats the name 'a' of record 1" in error.reason


def test_a_csv_without_a_header_loses_no_gene():
    assert [g["name"] for g in load_bytes(b"a,ACGT\nb,GG\n", "x.csv").genes] == ["a", "b"]


def test_a_csv_header_says_where_its_columns_are():
    loaded = load_bytes(b"Length,Gene Sequence,Gene_ID\n4,ACGT,a\n", "x.csv")
    assert [(g["gene_name"], g["sequence"], g["line_number"]) for g in loaded.genes] == [("a", "ACGT", 2)]


def test_a_csv_row_of_another_width_is_bad():
    assert "the row has 3 fields where 2 are due" in refusal(b"name,sequence\na,AC,GT\n", "x.csv").reason
    loaded = load_bytes(b'name,sequence\na,AC,GT\n"b"x,AC\nc,GG\n', "x.csv", on_invalid="skip")
    assert [g["name"] for g in loaded.genes] == ["c"]
    assert loaded.tally.records_quarantined == 2


def test_headers_and_names_have_a_longest():
    assert (
        "header has more than 10 bytes" in refusal(b">0123456789abc\nAC\n", limits=Limits(max_header_bytes=10)).reason
    )
    assert (
        "more than 10 bytes" in refusal(b">a\nAC\n>0123456789abc\nAC\n>b\n", limits=Limits(max_header_bytes=10)).reason
    )
    assert "more than 1024 bytes" in refusal(b">" + b"x" * 1025 + b"\nAC\n").reason


def test_a_file_has_a_most_records_and_a_largest_size():
    assert "more than 2 records" in refusal(b">a\n>b\n>c\n", limits=Limits(max_records=2)).reason
    packed = gzip.compress(b">a\n" + b"A" * 100_000, mtime=0)
    assert "when unpacked" in refusal(packed, "x.fa.gz", Limits(max_unpacked_bytes=1000)).reason


@pytest.mark.parametrize("length", [PIECE_LETTERS - 1, PIECE_LETTERS, PIECE_LETTERS + 1, 3 * PIECE_LETTERS + 7])
@pytest.mark.parametrize("chunk", [100_000, 16 * 1024**2])
def test_a_long_sequence_is_cut_into_pieces_and_is_whole_in_the_result(length, chunk):
    letters = ("ACGGT" * (length // 5 + 1))[:length]
    data = f">short\nAC\n>long\n{letters}\n>end\nGG\n".encode()
    loaded = load_bytes(data, limits=Limits(chunk_bytes=chunk, text_letters=1000))
    assert [gene["sequence"] for gene in loaded.genes] == ["AC", letters, "GG"]
    assert loaded.result[1]["sequence"] == letters
    pieces = loaded.table("sequences").filter(ordinal=2)["sequence"].str.len_bytes().to_list()
    assert len(pieces) == max(1, -(-length // PIECE_LETTERS))
    assert all(piece == PIECE_LETTERS for piece in pieces[:-1])
    assert loaded.table("served_genes")["sequence"].to_list() == ["AC", None, "GG"]


def test_a_long_record_that_turns_out_bad_at_its_end_leaves_no_trace_but_its_quarantine():
    data = b">a\nAC\n>long name\n" + b"ACGT" * PIECE_LETTERS + b"?\n>long name\nGG\n"
    loaded = load_bytes(data, limits=Limits(chunk_bytes=500_000), on_invalid="skip")
    assert loaded.begins == 2
    assert [(g["ordinal"], g["occurrence"]) for g in loaded.genes] == [(1, 1), (3, 1)]
    assert [g["gene_name"] for g in loaded.result] == ["a", "long name"]
    assert loaded.table("quarantine")["member"].to_list() == ["record 2"]


def test_options_that_do_not_exist_are_refused():
    with pytest.raises(BadInputError, match="alphabet cannot be 'klingon'; choose one of dna, rna, protein, any"):
        Options(alphabet="klingon")


def test_the_stream_is_closed_when_a_file_is_refused():
    import io

    stream = io.BytesIO(b">a\nAC?\n")
    source = load_module.Source("x.fa", "v", lambda: stream)
    with pytest.raises(BadSourceError):
        load_module.load(source, Options(), Limits(), lambda: (lambda *_: None, NoResult()))
    assert stream.closed
