"""Taxon ids: digits and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.ena.logic.taxon import read_taxon

HOSTILE = [
    "",
    "0",
    "-1",
    "+562",
    "0562",
    " 562",
    "562\n",
    "5_62",
    "٥٦٢",
    "562.0",
    "1e3",
    "2147483648",
    "9" * 4000,
    "x",
    "562;rm",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_taxon_id_is_refused_with_what_to_give_instead(text):
    with pytest.raises(BadInputError, match="NCBI"):
        read_taxon(text)


@given(st.integers(1, 2**31 - 1))
def test_every_id_of_the_taxonomy_reads_back(number):
    assert read_taxon(str(number)) == number
