"""Names of dumps: which day and volume a file below `mpistat/` is of, in each of the three ways they were named.

mpistat writes `<YYYYMMDD>_<volume>.dat.gz`; wrstat up to 6.0 `<YYYYMMDD>_<volume>.<id>.<id>.stats.gz` with two ids of
20 letters and digits; wrstat from 6.1 on a folder `<YYYYMMDD-hhmmss>_<mount>` with `stats.gz` in it, each slash of the
mount written as U+FF0F.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

SLASH = "\uff0f"
_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_MPISTAT = re.compile(r"([0-9]{8})_([^/]+)\.dat\.gz")
_WRSTAT_FILE = re.compile(r"([0-9]{8})_([^/]+)\.[A-Za-z0-9]{20}\.[A-Za-z0-9]{20}\.stats\.gz")
_WRSTAT_FOLDER = re.compile(r"([0-9]{8}-[0-9]{6})_([^/]+)/stats\.gz")


@dataclass(frozen=True, slots=True)
class DumpName:
    """What a name tells of a dump.

    Attributes:
        dumped_on: The date in the name.
        volume: Its volume, such as `scratch114`.
        tool: `mpistat` or `wrstat`, by the name alone; the form of the lines is told by the lines.
        started_at: When the scan began (UTC), where the name tells it.
    """

    dumped_on: date
    volume: str
    tool: str
    started_at: datetime | None = None


def parse_name(key: str) -> DumpName | None:
    """What a key below `mpistat/` means; None where it is no dump's."""
    if found := _WRSTAT_FOLDER.fullmatch(key):
        return _dump(found[1], "%Y%m%d-%H%M%S", mount_volume(found[2]), "wrstat")
    if found := _WRSTAT_FILE.fullmatch(key):
        return _dump(found[1], "%Y%m%d", found[2], "wrstat")
    if found := _MPISTAT.fullmatch(key):
        return _dump(found[1], "%Y%m%d", scratch(found[2]), "mpistat")
    return None


def scratch(volume: str) -> str:
    """The name of a volume; mpistat calls `scratch114` by its number."""
    return f"scratch{volume}" if volume.isascii() and volume.isdigit() else volume


def mount_volume(mount: str) -> str:
    """The volume that is mounted there: the path without `/lustre`, an underscore for each further slash."""
    parts = [part for part in mount.split(SLASH) if part]
    return "_".join(parts[1:] if parts[:1] == ["lustre"] else parts)


def mpistat_key(dumped_on: date, volume: str) -> str:
    """The name that mpistat gives a dump."""
    number = volume.removeprefix("scratch")
    return f"{dumped_on:%Y%m%d}_{number if scratch(number) == volume else volume}.dat.gz"


def wrstat_key(started_at: datetime, mount: str) -> str:
    """The name that wrstat from 6.1 on gives the dump of a mount such as `/lustre/scratch119`."""
    return f"{started_at:%Y%m%d-%H%M%S}_{mount.replace('/', SLASH)}/stats.gz"


def _dump(stamp: str, pattern: str, volume: str, tool: str) -> DumpName | None:
    if not _VOLUME.fullmatch(volume):
        return None
    try:
        moment = datetime.strptime(stamp, pattern).replace(tzinfo=UTC)
    except ValueError:
        return None
    return DumpName(moment.date(), volume, tool, moment if "%H" in pattern else None)
