"""What a result of a query can be."""

from enum import StrEnum


class ResultFormat(StrEnum):
    """The form of a result; the value ends its file's name."""

    VCF = "vcf.gz"
    BCF = "bcf"
    TSV = "tsv"
