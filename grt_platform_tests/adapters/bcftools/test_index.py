"""Indexing one VCF file: what is known of good ones, and the name of what is wrong with bad ones."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from grt_platform.adapters.bcftools.csi import read_csi
from grt_platform.adapters.bcftools.errors import (
    BadRecordError,
    DamagedError,
    EmptyFileError,
    HeaderError,
    LimitError,
    NotBgzipError,
    NotVcfError,
    RepeatedSampleError,
    TruncatedError,
    UnsortedError,
)
from grt_platform.adapters.bcftools.index import Indexed, index_file
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.kernel.errors import BadSourceError
from grt_platform_tests.vcf_files import END_BLOCK, bgzip, vcf_text, write_vcf

GOOD = ["1 10 A C 0/1 0/0", "1 20 AT A 1/1 0/1", "2 5 G T ./. 0/1"]


@pytest.fixture(params=["pysam", "system"])
def tool(request: pytest.FixtureRequest) -> Bcftools:
    if request.param == "pysam":
        return Bcftools(ToolLimits())
    program = shutil.which("bcftools")
    if program is None:
        pytest.skip("no bcftools on this machine")
    return Bcftools(ToolLimits(bcftools=program))


@pytest.fixture
def pysam() -> Bcftools:
    return Bcftools(ToolLimits())


def indexed(path: Path, tool: Bcftools) -> Indexed:
    return index_file(path, path.with_suffix(".made"), tool, name="my file.vcf.gz")


def refused(tmp_path: Path, data: bytes, error: type[BadSourceError]) -> str:
    path = tmp_path / "bad.vcf.gz"
    path.write_bytes(data)
    with pytest.raises(error) as told:
        indexed(path, Bcftools(ToolLimits()))
    assert type(told.value) is error
    assert str(told.value).startswith("my file.vcf.gz: ")
    assert str(tmp_path) not in str(told.value)
    assert list(tmp_path.iterdir()) == [path]
    return str(told.value)


@pytest.mark.service
def test_a_good_file_has_its_dimensions_and_three_files(tmp_path: Path, tool: Bcftools) -> None:
    path = write_vcf(tmp_path / "a.vcf.gz", ["s2", "s 1,b"], GOOD, contigs=("2", "1", "3"))
    path.write_bytes(bgzip(vcf_text(["s2", "s 1,b"], [GOOD[2], *GOOD[:2]], contigs=("2", "1", "3")).encode()))
    made = indexed(path, tool)
    assert (made.samples, made.contigs, made.variants) == (("s2", "s 1,b"), ("2", "1", "3"), 3)
    assert list(made.scaffolds.items()) == [("2", 1), ("1", 2)]
    assert not made.is_result
    assert not made.sites_only
    assert made.size_bytes == path.stat().st_size
    assert "bcftools" in made.made_by
    assert {made.csi, made.bcf, made.bcf_csi} == set(path.with_suffix(".made").iterdir())


@pytest.mark.service
def test_debians_bcftools_reads_the_copy_and_both_indexes(tmp_path: Path, pysam: Bcftools) -> None:
    if shutil.which("bcftools") is None:
        pytest.skip("no bcftools on this machine")
    path = write_vcf(tmp_path / "a.vcf.gz", ["a", "b"], GOOD)
    made = indexed(path, pysam)
    assert made.csi is not None
    shutil.copy(made.csi, tmp_path / "a.vcf.gz.csi")
    for file in (path, made.bcf):
        shown = subprocess.run(
            ["bcftools", "view", "-H", "-r", "1:15-30", str(file)], capture_output=True, text=True, check=True
        )
        assert shown.stdout == "1\t20\t.\tAT\tA\t.\tPASS\t.\tGT\t1/1\t0/1\n"


def test_a_file_without_samples_and_one_without_records_are_good(tmp_path: Path, pysam: Bcftools) -> None:
    sites = indexed(write_vcf(tmp_path / "sites.vcf.gz", [], ["1 10 A C"]), pysam)
    assert (sites.sites_only, sites.samples, sites.scaffolds) == (True, (), {"1": 1})
    empty = indexed(write_vcf(tmp_path / "empty.vcf.gz", ["a"], []), pysam)
    assert (empty.sites_only, empty.variants, empty.scaffolds) == (False, 0, {})


@pytest.mark.parametrize("mark", ["##grt_variants_result=x\n", '##DivBase_created="This is a results file"\n'])
def test_a_result_of_a_query_is_recognised_and_nothing_is_made_of_it(
    tmp_path: Path, pysam: Bcftools, mark: str
) -> None:
    made = indexed(write_vcf(tmp_path / "r.vcf.gz", ["a"], [], more=[mark]), pysam)
    assert made.is_result
    assert (made.csi, made.bcf, made.variants) == (None, None, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["r.vcf.gz"]


def test_what_the_header_lacks_is_added_to_the_copy(tmp_path: Path, pysam: Bcftools) -> None:
    line = "7\t10\t.\tA\tC\t.\tq10\tFOO=3;BAR\tGT:XX\t0/1:4"
    made = indexed(write_vcf(tmp_path / "a.vcf.gz", ["a"], ["1 10 A C 0/1", line], contigs=["1"]), pysam)
    assert made.contigs == ("1", "7")
    assert made.scaffolds == {"1": 1, "7": 1}


def test_a_header_without_contigs_gets_those_of_the_records(tmp_path: Path, pysam: Bcftools) -> None:
    made = indexed(write_vcf(tmp_path / "a.vcf.gz", ["a"], ["9 10 A C 0/1", "4 10 A C 0/1"], contigs=[]), pysam)
    assert list(made.scaffolds) == ["9", "4"]


def test_windows_line_ends_do_no_harm(tmp_path: Path, pysam: Bcftools) -> None:
    path = tmp_path / "a.vcf.gz"
    path.write_bytes(bgzip(vcf_text(["a", "b"], GOOD).replace("\n", "\r\n").encode()))
    made = indexed(path, pysam)
    assert (made.samples, made.variants) == (("a", "b"), 3)


def test_a_header_of_many_blocks_is_read_whole(tmp_path: Path, pysam: Bcftools) -> None:
    samples, contigs = [f"sample{number}" for number in range(12_000)], [f"scaffold{number}" for number in range(9_000)]
    made = indexed(write_vcf(tmp_path / "a.vcf.gz", samples, [], contigs=contigs), pysam)
    assert (made.samples, made.contigs) == (tuple(samples), tuple(contigs))


def test_unsorted_positions_are_named(tmp_path: Path) -> None:
    data = bgzip(vcf_text(["a"], ["1 20 A C 0/1", "1 10 A C 0/1"]).encode())
    assert "position 10 follows 20" in refused(tmp_path, data, UnsortedError)


def test_records_of_a_contig_that_are_not_together_are_named(tmp_path: Path) -> None:
    data = bgzip(vcf_text(["a"], ["1 20 A C 0/1", "2 10 A C 0/1", "1 30 A C 0/1"]).encode())
    assert "not together" in refused(tmp_path, data, UnsortedError)


def test_repeated_samples_are_named(tmp_path: Path) -> None:
    assert "twice in its header: b;" in refused(
        tmp_path, bgzip(vcf_text(["a", "b", "b"], []).encode()), RepeatedSampleError
    )


def test_a_file_cut_at_the_end_of_a_block_is_named(tmp_path: Path) -> None:
    whole = bgzip(vcf_text(["a"], [f"1 {position} A C 0/1" for position in range(1, 9000)]).encode())
    assert "cut off" in refused(tmp_path, whole.removesuffix(END_BLOCK), TruncatedError)


def test_a_file_cut_within_a_block_is_named(tmp_path: Path) -> None:
    whole = bgzip(vcf_text(["a"], [f"1 {position} A C 0/1" for position in range(1, 9000)]).encode())
    assert "cut off" in refused(tmp_path, whole[:-64], TruncatedError)


def test_a_changed_byte_is_named(tmp_path: Path) -> None:
    data = bytearray(bgzip(vcf_text(["a"], [f"1 {position} A C 0/1" for position in range(1, 40_000)]).encode()))
    data[len(data) * 3 // 4] ^= 0x10
    refused(tmp_path, bytes(data), DamagedError)


def test_a_record_with_another_number_of_columns_is_named(tmp_path: Path) -> None:
    assert "1:10" in refused(tmp_path, bgzip(vcf_text(["a", "b"], ["1 10 A C 0/1"]).encode()), BadRecordError)


def test_a_record_beyond_its_contig_is_named(tmp_path: Path) -> None:
    data = bgzip(vcf_text(["a"], ["1 10 A C 0/1", "1 99000000 A C 0/1"]).encode())
    assert "a record at 98999999 lies beyond the end" in refused(tmp_path, data, BadRecordError)


def test_records_in_another_order_of_contigs_than_the_header_are_put_in_its_order(
    tmp_path: Path, pysam: Bcftools
) -> None:
    records = ["3 1 A C 0/1", "3 9 A C 0/1", "1 10 A C 0/1", "2 10 A C 0/1"]
    made = indexed(write_vcf(tmp_path / "a.vcf.gz", ["a"], records, contigs=("1", "2", "3")), pysam)
    assert list(made.scaffolds.items()) == [("1", 1), ("2", 1), ("3", 2)]
    assert read_csi(made.bcf_csi).order() == [0, 1, 2]
    assert read_csi(made.csi).names == ("3", "1", "2")
    assert {made.csi, made.bcf, made.bcf_csi} == set((tmp_path / "a.vcf.made").iterdir())


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    data = bgzip(vcf_text(["a"], ["1 10 A C 0/1", "what\tis\tthis"]).encode())
    assert "what" in refused(tmp_path, data, BadRecordError)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyFileError),
        (b"this is no VCF\n", NotVcfError),
        (vcf_text(["a"], []).encode(), NotBgzipError),
        (gzip.compress(vcf_text(["a"], []).encode()), NotBgzipError),
        (bgzip(b"sample\tage\na\t3\n"), NotVcfError),
        (END_BLOCK, NotVcfError),
        (bgzip(b"##fileformat=VCFv4.2\n##contig=<ID=1>\n"), HeaderError),
        (bgzip(b"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n"), HeaderError),
    ],
    ids=["nothing", "text", "unpacked", "gzip", "a table", "no blocks", "no columns", "blanks for tabs"],
)
def test_what_is_no_packed_vcf_is_named(tmp_path: Path, data: bytes, error: type[BadSourceError]) -> None:
    refused(tmp_path, data, error)


def test_a_file_over_the_limits_leaves_nothing(tmp_path: Path) -> None:
    path = write_vcf(
        tmp_path / "a.vcf.gz", ["a"], [f"1 {position} A C 0/{position % 2}" for position in range(1, 90_000)]
    )
    with pytest.raises(LimitError, match="GRT_VARIANTS_FILE_BYTES"):
        indexed(path, Bcftools(ToolLimits(file_bytes=4096)))
    assert list(tmp_path.iterdir()) == [path]


def test_a_cancel_leaves_nothing(tmp_path: Path, pysam: Bcftools) -> None:
    path = write_vcf(tmp_path / "a.vcf.gz", ["a"], [f"1 {position} A C 0/1" for position in range(1, 90_000)])
    looks = iter([None, RuntimeError("canceled")])

    def watch() -> None:
        if error := next(looks, None):
            raise error

    with pytest.raises(RuntimeError, match="canceled"):
        index_file(path, tmp_path / "made", pysam, name="a", watch=watch)
    assert list(tmp_path.iterdir()) == [path]
