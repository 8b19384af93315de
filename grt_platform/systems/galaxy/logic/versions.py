"""Which of the kept versions of reports count: the last one received of each report, and no bytes twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Version(NamedTuple):
    """An acceptable version of a report; versions sort by when they came in.

    Attributes:
        place: The month it came in, empty for the month that is being loaded.
        number: Its place in that month's ledger.
    """

    received_at: datetime
    report_id: str
    sha256: str
    place: str
    number: int


def statuses(versions: Iterable[Version]) -> dict[Version, str]:
    """The status of each version: `loaded`, `replaced` by a later one, or `duplicate` of bytes that came in before."""
    found: dict[Version, str] = {}
    seen = set[str]()
    latest: dict[str, Version] = {}
    for version in sorted(versions):
        if version.sha256 in seen:
            found[version] = "duplicate"
            continue
        seen.add(version.sha256)
        if version.report_id in latest:
            found[latest[version.report_id]] = "replaced"
        latest[version.report_id] = version
        found[version] = "loaded"
    return found
