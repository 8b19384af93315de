"""What an object of a project is for variants, by the end of its name."""

from enum import StrEnum

SUFFIXES = (".vcf.gz", ".csi", ".tbi", ".tsv", ".txt", ".md")
"""Endings of names that `grt variants` uploads."""


class FileKind(StrEnum):
    """What is looked at when it arrives; everything else is only kept."""

    VARIANTS = "variants"
    SAMPLES = "samples"


ENDINGS: dict[FileKind, tuple[str, ...]] = {
    FileKind.VARIANTS: (".vcf.gz", ".vcf.bgz", ".bcf", ".vcf"),
    FileKind.SAMPLES: (".tsv",),
}


def file_kind(name: str) -> FileKind | None:
    """What the object of this name is looked at as, if it is."""
    folded = name.casefold()
    return next((kind for kind, endings in ENDINGS.items() if folded.endswith(endings)), None)
