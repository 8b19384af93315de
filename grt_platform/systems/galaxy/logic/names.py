"""What the file names of a galaxy upload mean: stems, identifiers and later versions of a report."""

import re

from grt_platform.kernel.errors import BadSourceError

ARCHIVE, METADATA = ".tar.gz", ".json"
MAX_STEM_BYTES = 200
_IDENTIFIER = re.compile(r"[0-9]+(\.[0-9]+)?")
_LATER_VERSION = re.compile(r"(?P<report_id>.+?)~[0-9a-f]{12}")


def check_stem(stem: str) -> str:
    """The stem itself, when it can name a report on every store.

    Raises:
        BadSourceError: The stem is empty, too long, begins with a dot, or holds a slash or an unprintable character.
    """
    if not stem or len(stem.encode("utf-8", "surrogatepass")) > MAX_STEM_BYTES:
        raise BadSourceError(f"a report's name has 1 to {MAX_STEM_BYTES} bytes; rename it", ascii(stem[:50]))
    if stem.startswith(".") or "/" in stem or "\\" in stem or not stem.isprintable():
        raise BadSourceError(
            "a report's name has no leading dot, slash or control character; rename it", ascii(stem[:50])
        )
    return stem


def check_identifier(identifier: str) -> str:
    """The identifier of an upload over HTTP: the text of a Unix time.

    Raises:
        BadSourceError: It is not digits with at most one dot inside.
    """
    if not _IDENTIFIER.fullmatch(identifier) or len(identifier) > 40:
        raise BadSourceError("a report identifier is a Unix time such as 1501836597.08", ascii(identifier[:50]))
    return identifier


def later_version(report_id: str, sha256: str) -> str:
    """The stem under which other bytes of a known report are kept."""
    return f"{report_id}~{sha256[:12]}"


def report_id_of(name: str) -> str:
    """The report that a stem, file name or path belongs to: all versions of a report share it."""
    base = name.rsplit("/", 1)[-1]
    stem = base.removesuffix(ARCHIVE).removesuffix(METADATA)
    later = _LATER_VERSION.fullmatch(stem)
    return later["report_id"] if later else stem
