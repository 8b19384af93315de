"""What a system tells the pages that all share: its place in the navigation, and what of it is late."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


def nobody_else(_database: Database, _asking: Principal) -> bool:
    """No person but an administrator."""
    return False


@dataclass(frozen=True, slots=True)
class Section:
    """The pages of one system.

    Attributes:
        system: Its name.
        title: What people call it.
        address: Its first page; the others lie below it.
        about: What one finds there, for the first page of all.
        is_for_admins: Whether its pages are the administrators'.
        is_by_project: Whether people see of it what their projects have; all of it together is the administrators'.
        opens: Whether somebody who is signed in sees its pages though they are the administrators'.
        late: What of it is late at a moment, the most pressing first.
        answers: By kind of job, how the address of the page of what came of one begins; its id follows.
    """

    system: str
    title: str
    address: str
    about: str
    is_for_admins: bool = False
    is_by_project: bool = False
    opens: Callable[[Database, Principal], bool] = nobody_else
    late: Callable[[Database, datetime], list[Late]] = never_late
    answers: Mapping[str, str] = field(default_factory=dict)

    def is_seen_by(self, asking: Principal | None, database: Database) -> bool:
        """Whether the navigation shows it to this person."""
        if asking is None or not self.is_for_admins:
            return not self.is_for_admins
        return asking.is_admin or self.opens(database, asking)
