"""What can be wrong with a VCF file or with what is asked of bcftools, by name."""

from grt_platform.kernel.errors import BadInputError, BadSourceError

_DAMAGE = ("crc32", "inflate", "bgzf_read", "truncated", "decompression", "hts_idx_finish", "read error")


class EmptyFileError(BadSourceError):
    """The file has no bytes."""


class NotBgzipError(BadSourceError):
    """The file is not packed by bgzip, so parts of it cannot be read."""


class NotVcfError(BadSourceError):
    """The file holds something else than VCF."""


class HeaderError(BadSourceError):
    """The header cannot be read."""


class RepeatedSampleError(BadSourceError):
    """A sample name stands twice in the header."""


class TruncatedError(BadSourceError):
    """The end of the file is missing."""


class DamagedError(BadSourceError):
    """Some bytes are not those that were written."""


class UnsortedError(BadSourceError):
    """Records are not in the order of contig and position."""


class BadRecordError(BadSourceError):
    """A record does not fit the header, or is no VCF record at all."""


class LimitError(BadInputError):
    """A child took more than it may."""


class ToolError(BadInputError):
    """bcftools refused what it was asked."""


def tells_damage(said: str) -> bool:
    """Whether what bcftools said means that bytes it read are not those that were written."""
    return any(word in said.lower() for word in _DAMAGE)
