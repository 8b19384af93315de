"""What `lfs quota -gq GROUP MOUNT` prints: limits and usage of one group on one volume.

One line of nine fields: the mount, then used, soft, hard, grace of KiB, then the same of inodes. A mount of over 15
characters stands on a line of its own. `*` behind a figure says that it is over its limit; brackets that not every
server answered, so that the figure is inaccurate, and `lfs` then ends with an error although it printed the line; `-`
that there is no figure. Without `-q` header lines come first; a sentence about default quotas or errors may follow.
Source: lfs-quota(1) and the function print_quota of Lustre's lfs.c.
"""

import re
from dataclasses import dataclass

_HEADERS = ("disk quotas for", "filesystem ")
_FIGURE = re.compile(r"\[?([0-9]+)[kK]?\]?\*?\]?")
_GRACE = re.compile(r"-|[0-9a-z:]+")
_KIB = 1024
_MOST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Quota:
    """Hard limits (0 unlimited, None unknown) and usage of a group on a volume.

    Attributes:
        is_whole: False where a bracket says that some server did not answer, so the usage is a lower bound.
    """

    limit_bytes: int | None
    limit_inodes: int | None
    used_bytes: int | None
    used_inodes: int | None
    is_whole: bool = True


def parse_quota(text: str, mount: str) -> Quota | None:
    """The quota that `lfs` printed for a mount; None where it printed none.

    A limit in brackets is unknown; usage in brackets is what the servers that answered count. Lines about other mounts
    and single servers, and sentences, are passed over.
    """
    words = [word for line in text.splitlines() if not _is_header(line) for word in line.split()]
    for at in [n for n, word in enumerate(words) if word.rstrip("/") == mount.rstrip("/")]:
        fields = words[at + 1 : at + 9]
        if len(fields) == 8 and _is_line(fields):
            used, _, limit, _, used_inodes, _, limit_inodes, _ = fields
            limits = (_sure(limit, _KIB), _sure(limit_inodes, 1))
            return Quota(*limits, _figure(used, _KIB), _figure(used_inodes, 1), is_whole="[" not in "".join(fields))
    return None


def _is_line(fields: list[str]) -> bool:
    figures = all(word == "-" or _FIGURE.fullmatch(word) for word in (*fields[:3], *fields[4:7]))
    return figures and all(_GRACE.fullmatch(word) for word in (fields[3], fields[7]))


def _is_header(line: str) -> bool:
    return line.strip().lower().startswith(_HEADERS)


def _sure(word: str, unit: int) -> int | None:
    return None if "[" in word else _figure(word, unit)


def _figure(word: str, unit: int) -> int | None:
    found = _FIGURE.fullmatch(word)
    value = int(found[1]) * unit if found else None
    return value if value is not None and value <= _MOST else None
