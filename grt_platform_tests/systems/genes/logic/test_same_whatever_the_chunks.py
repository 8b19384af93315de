"""Neither the size of chunks nor the number of workers nor the packing changes a result: it is the plain parser's."""

import gzip
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic.options import Limits
from grt_platform_tests.systems.genes.logic.loading import load_bytes
from grt_platform_tests.systems.genes.logic.plain_parser import RefusedError, judge, parse_csv, parse_fasta

ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
HEADERS = st.text('abAB >;,\t"é\\', max_size=8).map(str.encode)
LINES = st.text("ACGTacgtNnUu*- \tZ>;7é", max_size=12).map(str.encode)
OPTIONS = st.fixed_dictionaries(
    {
        "alphabet": st.sampled_from(["dna", "rna", "protein", "any"]),
        "on_invalid": st.sampled_from(["fail", "skip"]),
        "on_repeat": st.sampled_from(["keep", "first", "error"]),
    }
)
CUTS = st.tuples(st.integers(1, 40), st.integers(1, 3))


@st.composite
def fasta(draw):
    """FASTA with everything the grammar allows, and some it does not."""
    parts = [draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))]
    for _ in range(draw(st.integers(0, 2))):
        parts += [draw(st.sampled_from([b"", b"; note", b"  ", b"ACGT"])), draw(ENDS)]
    for _ in range(draw(st.integers(0, 5))):
        parts += [b">", draw(HEADERS), draw(ENDS)]
        for line in draw(st.lists(LINES, max_size=4)):
            parts += [line, draw(ENDS)]
    if draw(st.booleans()):
        parts = parts[:-1]
    return b"".join(parts)


@st.composite
def comma_separated(draw):
    """CSV with a header, fields quoted or not, sequences wrapped within quotes or not."""
    end, parts = draw(ENDS), [b"name,sequence"]
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.text('ab ,"é;>', min_size=1, max_size=6))
        letters = draw(st.text("ACGTacgtN \t-", max_size=12))
        wrapped = draw(st.booleans())
        text = letters[:4] + "\n" + letters[4:] if wrapped else letters
        quoted = wrapped or draw(st.booleans())
        field = f'"{text}"' if quoted else text
        parts.append(('"' + name.replace('"', '""') + '",' + field).encode())
        if draw(st.booleans()):
            parts.append(b"")
    if not draw(st.booleans()):
        parts.append(b"")
    return end.join(parts)


def bgzf(data: bytes, block: int = 7) -> bytes:
    """The data in blocks, as bgzip packs them."""
    out = []
    for at in [*range(0, len(data), block), len(data)]:
        packer = zlib.compressobj(wbits=-15)
        part = data[at : at + block]
        body = packer.compress(part) + packer.flush()
        size = struct.pack("<H", len(body) + 25)
        head = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00BC\x02\x00" + size
        out.append(head + body + struct.pack("<II", zlib.crc32(part), len(part)))
    return b"".join(out)


def expected(records, options):
    try:
        return judge(records(), **options)
    except RefusedError as refused:
        return refused


def compare(data, name, wanted, cuts, options):
    limits = Limits(chunk_bytes=cuts[0], workers=cuts[1])
    if isinstance(wanted, RefusedError):
        with pytest.raises(BadSourceError) as caught:
            load_bytes(data, name, limits, **options)
        assert wanted.line is None or caught.value.line == wanted.line
        return
    genes, aside, dropped = wanted
    loaded = load_bytes(data, name, limits, **options)
    found = loaded.genes
    if genes and genes[0]["line_number"] is None:
        found = [{**row, "line_number": None} for row in found]
    assert found == genes
    assert loaded.result == [
        {"line_number": n, "gene_name": gene["gene_name"], "sequence": gene["sequence"]}
        for n, gene in enumerate(genes, 1)
    ]
    tally = loaded.tally
    assert (tally.genes, tally.records_quarantined, tally.records_dropped) == (len(genes), len(aside), len(dropped))
    assert tally.records == tally.genes + tally.records_quarantined + tally.records_dropped


def is_refused_at_sight(data: bytes) -> bool:
    """The first bytes make it look like another format, which the plain parser does not know."""
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return not text or text[:1] in b"<@"


@settings(max_examples=200)
@given(fasta(), CUTS, OPTIONS)
def test_fasta_in_chunks_of_any_size_by_any_number_of_workers_is_what_the_plain_parser_says(data, cuts, options):
    if is_refused_at_sight(data):
        return
    compare(data, "x.fa", expected(lambda: parse_fasta(data), options), cuts, options)


@settings(max_examples=100)
@given(fasta(), CUTS, st.integers(1, 50), st.booleans())
def test_packed_fasta_is_the_plain_one(data, cuts, block, is_bgzf):
    if is_refused_at_sight(data):
        return
    options = {"on_invalid": "skip"}
    packed = bgzf(data, block) if is_bgzf else gzip.compress(data[:block]) + gzip.compress(data[block:])
    compare(packed, "x.fna.GZ", expected(lambda: parse_fasta(data), options), cuts, options)


@settings(max_examples=150)
@given(comma_separated(), CUTS, OPTIONS)
def test_csv_in_chunks_of_any_size_is_what_the_csv_module_says(data, cuts, options):
    options = {**options, "alphabet": "any"}
    wanted = expected(lambda: parse_csv(data), options)
    if isinstance(wanted, RefusedError):
        wanted.line = None
    compare(data, "x.csv", wanted, cuts, options)


def test_a_stream_that_gives_fewer_bytes_than_asked_for_changes_nothing():
    data = b">a one\nACGT\n>b\nGG\n"

    class Dribble(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 3))

    from grt_platform.systems.genes.logic.load import Source, load
    from grt_platform.systems.genes.logic.options import Options
    from grt_platform.systems.genes.logic.result_json import NoResult

    tally = load(Source("x.fa", "v", lambda: Dribble(data)), Options(), Limits(), lambda: (lambda *_: None, NoResult()))
    assert (tally.genes, tally.letters) == (2, 6)
