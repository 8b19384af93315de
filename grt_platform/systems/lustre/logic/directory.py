"""Groups from the entries of a directory (LDAP): who they are, who leads them, and what is odd about them.

A posixGroup has gidNumber, cn and memberUid (RFC 2307); a group of human genetics names its principal investigator by
the distinguished name of a person, whose surname (sn) is what reports show.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grt_platform.systems.lustre.logic.groups import (
    Faults,
    Group,
    Groups,
    Person,
    frame_of,
    gid_of,
    group_text,
    passwd_text,
)

GID, NAME, MEMBER = "gidnumber", "cn", "memberuid"
LOGIN, UID, SURNAME, HOME, SHELL = "uid", "uidnumber", "sn", "homedirectory", "loginshell"
GROUP_ATTRIBUTES = (GID, NAME, MEMBER)
PERSON_ATTRIBUTES = (LOGIN, UID, GID, NAME, SURNAME, HOME, SHELL)
_RDN = re.compile(r"\s*[^=,+]+=\s*((?:\\.|[^\\,+])*)", re.DOTALL)
_ESCAPED = re.compile(r"((?:\\[0-9a-fA-F]{2})+)|\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry: its distinguished name, and its values by attribute in lower case."""

    dn: str
    values: Mapping[str, Sequence[bytes]]

    def texts(self, attribute: str) -> list[str]:
        """The values, sorted, since a directory keeps them in no order; what is no UTF-8 shows as escapes."""
        return sorted(value.decode("utf-8", "backslashreplace").strip() for value in self.values.get(attribute, ()))

    def text(self, attribute: str) -> str:
        """The first value, or an empty text."""
        return next(iter(self.texts(attribute)), "")


def first_value(dn: str) -> str:
    """The value of the first part of a distinguished name, unescaped (RFC 4514); empty where it is no such name."""
    found = _RDN.match(dn)
    return _ESCAPED.sub(_unescaped, found[1].strip()) if found else ""


def groups_of(everyone: Iterable[Record], humgen: Iterable[Record], people: Sequence[Record], leader: str) -> Groups:
    """All groups of a directory.

    Args:
        everyone: Entries of all groups.
        humgen: Those of human genetics; some may be of no other kind.
        people: Entries of persons.
        leader: Attribute of a group that names its principal investigator, in lower case.
    """
    faults, leaders = Faults(), _Leaders(people)
    records = {_folded(record.dn): record for record in everyone}
    special = {_folded(record.dn): record for record in humgen}
    groups, members = list[Group](), dict[str, list[str]]()
    for dn, record in sorted((records | special).items()):
        pi = leaders.of(record, leader, faults) if dn in special else None
        group = _group(record, faults, pi=pi, is_humgen=dn in special)
        if group is not None:
            groups.append(group)
            members.setdefault(group.name, []).extend(record.texts(MEMBER))
    frame = frame_of(groups, faults)
    accounts = [person for record in people if (person := _person(record)) is not None]
    return Groups(frame, group_text(groups, members, faults), passwd_text(accounts, faults), faults.sentences())


class _Leaders:
    """Surnames of people, by entry and by login."""

    def __init__(self, people: Iterable[Record]) -> None:
        self._by_dn, self._by_login = dict[str, Record](), dict[str, Record]()
        for person in people:
            self._by_dn[_folded(person.dn)] = person
            for login in person.texts(LOGIN):
                self._by_login.setdefault(login.casefold(), person)

    def of(self, group: Record, attribute: str, faults: Faults) -> str | None:
        """The surname of a group's principal investigator; what hinders it is told, and the group stays without."""
        named = group.texts(attribute)
        if not named:
            faults.add("a group of human genetics names no principal investigator", group.text(NAME) or group.dn)
            return None
        if len(named) > 1:
            faults.add("a group names several principal investigators, the first found is taken", group.text(NAME))
        people = [person for dn in named if (person := self._find(dn)) is not None]
        surnames = [person.text(SURNAME) for person in people if person.text(SURNAME)]
        if not surnames:
            missing = "has no surname" if people else "has no entry"
            faults.add(f"a principal investigator {missing}", f"{named[0]} of {group.text(NAME)}")
        return surnames[0] if surnames else None

    def _find(self, dn: str) -> Record | None:
        return self._by_dn.get(_folded(dn)) or self._by_login.get(first_value(dn).casefold())


def _group(record: Record, faults: Faults, *, pi: str | None, is_humgen: bool) -> Group | None:
    numbers, names = record.texts(GID), record.texts(NAME)
    gid = gid_of(numbers[0]) if len(numbers) == 1 else None
    if gid is None or not any(names):
        faults.add("a group without one whole gid and a name is left out", f"{record.dn} (gid {', '.join(numbers)})")
        return None
    main = first_value(record.dn)
    if len(names) > 1:
        faults.add("a group has several names, the one it is kept under is taken", f"{gid} ({', '.join(names)})")
    return Group(gid, main if main in names else next(filter(None, names)), pi, is_humgen)


def _person(record: Record) -> Person | None:
    """The account of a person who has one."""
    uid, gid, login = gid_of(record.text(UID)), gid_of(record.text(GID)), record.text(LOGIN)
    if uid is None or gid is None or not login:
        return None
    return Person(login, uid, gid, record.text(NAME), record.text(HOME), record.text(SHELL))


def _folded(dn: str) -> str:
    """Names of one entry look the same: case and blanks around commas do not count."""
    return ",".join(part.strip() for part in dn.casefold().split(","))


def _unescaped(found: "re.Match[str]") -> str:
    if found[1]:
        return bytes.fromhex(found[1].replace("\\", "")).decode("utf-8", "backslashreplace")
    return found[2]
