"""What a system tells the pages that all share: its place in the navigation, and what of it is late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from grt_platform.adapters.database import Database
from grt_platform.kernel.identity import Principal


@dataclass(frozen=True, slots=True)
class Late:
    """Something that should have come.

    Attributes:
        what: A sentence for a person.
        address: The page that tells more.
    """

    what: str
    address: str


def never_late(_database: Database, _now: datetime) -> list[Late]:
    """Nothing is expected at a certain time."""
    return []


@dataclass(frozen=True, slots=True)
class Section:
    """The pages of one system.

    Attributes:
        system: Its name.
        title: What people call it.
        address: Its first page; the others lie below it.
        about: What one finds there, for the first page of all.
        is_for_admins: Whether its pages are the administrators'.
        late: What of it is late at a moment, the most pressing first.
    """

    system: str
    title: str
    address: str
    about: str
    is_for_admins: bool = False
    late: Callable[[Database, datetime], list[Late]] = never_late

    def is_seen_by(self, asking: Principal | None) -> bool:
        """Whether the navigation shows it to this person."""
        return not self.is_for_admins or (asking is not None and asking.is_admin)
