"""Taxon ids as people write them."""

import re

from grt_platform.kernel.errors import BadInputError

_DIGITS = re.compile(r"[1-9][0-9]{0,9}")
_MOST = 2**31 - 1


def read_taxon(text: str) -> int:
    """The NCBI taxon id that `text` is.

    Raises:
        BadInputError: It is none: a positive whole number below 2^31 in ASCII digits, without sign or leading zero.
    """
    if not _DIGITS.fullmatch(text) or int(text) > _MOST:
        raise BadInputError(f"{text[:40]!r} is no taxon id: give the NCBI taxonomy's number, such as 562")
    return int(text)
