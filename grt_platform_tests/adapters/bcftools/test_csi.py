"""CSI indexes as bcftools writes them: counts, names, and the chunks of a region."""

import zlib
from pathlib import Path

import pytest

from grt_platform.adapters.bcftools.csi import Csi, read_csi
from grt_platform.adapters.bcftools.errors import DamagedError
from grt_platform.adapters.bcftools.index import Indexed, index_file
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform_tests.vcf_files import bgzip, write_vcf


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    folder = tmp_path_factory.mktemp("csi")
    records = [f"{contig} {position} A C 0/1" for contig in ("1", "2") for position in range(1, 400_000, 40)]
    path = write_vcf(folder / "a.vcf.gz", ["a"], records, contigs=("1", "0", "2"))
    return index_file(path, folder / "made", Bcftools(ToolLimits()), name="a")


def test_records_are_counted_by_contig(made: Indexed) -> None:
    of_text, of_bcf = read_csi(made.csi), read_csi(made.bcf_csi)
    assert (of_text.names, of_bcf.names) == (("1", "2"), ())
    assert [contig.records for contig in of_text.contigs] == [10_000, 10_000]
    assert [contig.records for contig in of_bcf.contigs] == [10_000, 0, 10_000]


def positions(path: Path, chunks: list, contig: int) -> list[int]:
    """Positions of the BCF records in the chunks, read by hand."""
    data, found = path.read_bytes(), []
    for chunk in chunks:
        text, at = b"", chunk.begin >> 16
        while at < (chunk.end >> 16) + (1 if chunk.end & 0xFFFF else 0):
            size = int.from_bytes(data[at + 16 : at + 18], "little") + 1
            block = zlib.decompress(data[at : at + size], 31)
            begin = chunk.begin & 0xFFFF if at == chunk.begin >> 16 else 0
            end = chunk.end & 0xFFFF if at == chunk.end >> 16 else len(block)
            text, at = text + block[begin:end], at + size
        while text:
            shared, own = (int.from_bytes(text[place : place + 4], "little") for place in (0, 4))
            assert int.from_bytes(text[8:12], "little") == contig
            found.append(int.from_bytes(text[12:16], "little") + 1)
            text = text[8 + shared + own :]
    return found


@pytest.mark.parametrize("span", [(1, 1), (100_000, 100_100), (16_384, 16_385), (1, 400_000), (390_000, 2**31)])
def test_the_chunks_of_a_region_hold_all_its_records_and_not_much_more(made: Indexed, span: tuple[int, int]) -> None:
    index = read_csi(made.bcf_csi)
    found = positions(made.bcf, index.chunks(2, *span), 2)
    wanted = [position for position in range(1, 400_000, 40) if span[0] <= position <= span[1]]
    assert set(wanted) <= set(found)
    assert len(found) <= len(wanted) + 2 * 16_384 // 40 + 2


def test_a_region_without_records_has_no_chunks(made: Indexed) -> None:
    index = read_csi(made.bcf_csi)
    assert index.chunks(1, 1, 2**31) == index.chunks(9, 1, 5) == index.chunks(-1, 1, 5) == []


def test_the_first_record_comes_right_after_the_header(made: Indexed) -> None:
    index = read_csi(made.bcf_csi)
    assert index.first_record() == index.chunks(0, 1, 1)[0].begin
    assert Csi(14, 5, (), ()).first_record() is None


@pytest.mark.parametrize(
    "data", [b"", bgzip(b"CSI\1"), bgzip(b"TBI\1" + bytes(64)), bgzip(b"CSI\1\x0e\0\0\0\5\0\0\0\0\0\0\0\7\0\0\0")]
)
def test_what_is_no_index_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.csi").write_bytes(data)
    with pytest.raises(DamagedError, match=r"bad\.csi"):
        read_csi(tmp_path / "bad.csi")
