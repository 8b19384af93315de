"""Who knows the groups: a directory over LDAP, or a file that stands in for it."""

from dataclasses import dataclass, replace
from typing import Protocol

from grt_platform.adapters.ldap import Directory, Entry
from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.logic.directory import GROUP_ATTRIBUTES, PERSON_ATTRIBUTES, Record, groups_of
from grt_platform.systems.lustre.logic.groups import Groups, read_groups_file
from grt_platform.systems.lustre.sources.files import read


class GroupsSource(Protocol):
    """Somebody who knows all groups."""

    def fetch(self) -> Groups:
        """All of them as they are now, or an error: never a part.

        Raises:
            BadInputError: Settings or what somebody wrote are wrong.
            UnavailableError: It cannot be asked now.
        """
        ...


def groups_source(settings: Settings) -> GroupsSource | None:
    """Who knows groups by the settings: the file where one is set, else the directory; None where neither is."""
    if settings.lustre_groups_file:
        return FileOfGroups(settings.lustre_groups_file, settings.lustre_passwd_file)
    if not settings.ldap_url:
        return None
    return DirectoryOfGroups(
        Directory.of(settings),
        settings.lustre_group_base,
        settings.lustre_group_filter,
        settings.lustre_humgen_filter,
        settings.lustre_people_base,
        settings.lustre_people_filter,
        settings.lustre_pi_attribute,
    )


@dataclass(frozen=True, slots=True)
class FileOfGroups:
    """A CSV of groups, and a passwd(5) file of people where there is one."""

    path: str
    passwd_path: str = ""

    def fetch(self) -> Groups:
        """The groups in the file."""
        found = read_groups_file(read("GRT_LUSTRE_GROUPS_FILE", self.path), self.path)
        if found.frame.is_empty():
            raise BadInputError(f"{self.path} holds no group; it stays as it was told before")
        people = read("GRT_LUSTRE_PASSWD_FILE", self.passwd_path) if self.passwd_path else b""
        return replace(found, passwd_text=people)


@dataclass(frozen=True, slots=True)
class DirectoryOfGroups:
    """Groups and people in a directory; three searches in all, however many there are.

    Args:
        directory: The server.
        group_base: Entry below which groups are.
        group_filter: Which of those entries are groups.
        humgen_filter: Which are groups of human genetics.
        people_base: Entry below which people are.
        people_filter: Which of those entries are people.
        leader: Attribute of a group that names its principal investigator.
    """

    directory: Directory
    group_base: str
    group_filter: str
    humgen_filter: str
    people_base: str
    people_filter: str
    leader: str

    def fetch(self) -> Groups:
        """The groups in the directory."""
        wanted = (*GROUP_ATTRIBUTES, self.leader)
        everyone = self._search(self.group_base, self.group_filter, wanted)
        humgen = self._search(self.group_base, self.humgen_filter, wanted)
        people = self._search(self.people_base, self.people_filter, PERSON_ATTRIBUTES)
        if not everyone:
            raise BadInputError(
                f"The directory shows no group below {self.group_base!r} for {self.group_filter}; check "
                "GRT_LUSTRE_GROUP_BASE, GRT_LUSTRE_GROUP_FILTER and what GRT_LDAP_BIND_DN may see"
            )
        return groups_of(everyone, humgen, people, self.leader.lower())

    def _search(self, base: str, matching: str, attributes: tuple[str, ...]) -> list[Record]:
        return [_record(entry) for entry in self.directory.search(base, matching, attributes)]


def _record(entry: Entry) -> Record:
    return Record(entry.dn, entry.attributes)
