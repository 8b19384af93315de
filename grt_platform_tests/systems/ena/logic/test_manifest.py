"""Manifests: whole or not at all, nothing outside their folder, compared with what was promised."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.ena.logic.manifest import Fetched, differences, read_manifest, write_manifest

MD5 = "0" * 32
ONE = Fetched("SRR1972616", "SRR1972616_1.fastq.gz", 221771, MD5)
TWO = Fetched("SRR1972616", "SRR1972616_2.fastq.gz", 189518, "f" * 32)
HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
NAMES = st.text(string.ascii_letters + string.digits + "_.+-", min_size=1, max_size=30).filter(lambda n: n[0] != ".")
FILES = st.lists(
    st.builds(
        Fetched,
        run_accession=st.integers(0, 999_999_999).map(lambda number: f"ERR{number:06}"),
        name=NAMES,
        size_bytes=st.integers(0, 10**15),
        md5=HEX,
    ),
    unique_by=lambda file: file.path,
    max_size=8,
)


@given(FILES)
def test_what_is_written_reads_back(files):
    assert read_manifest(write_manifest(files), "MANIFEST") == sorted(files, key=lambda file: file.path)


def test_a_manifest_cut_anywhere_is_not_complete():
    whole = write_manifest([ONE, TWO])
    for length in range(len(whole)):
        with pytest.raises(BadSourceError):
            read_manifest(whole[:length], "MANIFEST")


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/passwd",
        "SRR1972616/../x",
        "SRR1972616/a/b",
        "SRR1972616/.hidden",
        "SRR1/x",
        "SRR1972616/",
        "SRR1972616/a b",
    ],
)
def test_a_path_outside_a_runs_folder_is_refused(path):
    with pytest.raises(BadSourceError, match="no line of a manifest"):
        read_manifest(f"{MD5}\t1\t{path}\n# complete 1\n".encode(), "MANIFEST")


def test_a_file_named_twice_is_refused():
    line = f"{MD5}\t1\t{ONE.path}\n"
    with pytest.raises(BadSourceError, match="twice"):
        read_manifest(f"{line}{line}# complete 2\n".encode(), "MANIFEST")


def test_missing_added_and_changed_files_are_told():
    changed = Fetched(ONE.run_accession, ONE.name, ONE.size_bytes, "e" * 32)
    assert differences([ONE, TWO], [TWO, ONE]) == []
    assert differences([changed], [ONE, TWO]) == [
        f"{TWO.path} is missing",
        f"{ONE.path} has other bytes than ENA lists",
    ]
    assert differences([ONE], []) == [f"{ONE.path} was not asked for"]
