"""Who vouches for a name and password: the local table, or an LDAP directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from grt_platform.adapters.accounts.passwords import Passwords, keep_hash
from grt_platform.adapters.accounts.users import add_user
from grt_platform.adapters.database import Database
from grt_platform.adapters.ldap import Directory, Entry, equals
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.identity import read_user_name

_PERSON = "SELECT user_id, name, source, subject, password_hash, is_disabled FROM identity.users WHERE name = %s"


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person whose password was right."""

    user_id: str
    name: str


class RefusedError(Exception):
    """No sign-in; the text is for the audit, never for whoever tried."""


class Voucher(Protocol):
    """Something that knows people's passwords."""

    def vouch(self, database: Database, name: str, password: str, now: datetime, /) -> Vouched:
        """The person of that name, whose password this is.

        Raises:
            RefusedError: There is none, it is another password, or the person is disabled; all in the same time.
            UnavailableError: Nobody can tell now.
        """


@dataclass(frozen=True, slots=True)
class LocalPeople:
    """People whose password is kept here as a hash."""

    passwords: Passwords

    def vouch(self, database: Database, name: str, password: str, _now: datetime, /) -> Vouched:
        """The person of that name; a hash with old parameters is renewed."""
        row = _person(database, name)
        kept = row["password_hash"] if row and row["source"] == "local" and not row["is_disabled"] else None
        is_right = self.passwords.is_right(password, kept)
        if row is None or kept is None or not is_right:
            raise RefusedError(_why(row))
        if self.passwords.is_dated(kept):
            keep_hash(database, row["user_id"], self.passwords.renewed(password))
        return Vouched(row["user_id"], row["name"])


@dataclass(frozen=True, slots=True)
class DirectoryPeople:
    """People whose password an LDAP directory checks; they are known here from their first sign-in on.

    Args:
        directory: Where to ask.
        base: Entry below which people stand.
        name_attribute: Holds the name to sign in with, such as `uid`.
        title_attribute: Holds the name people see, such as `cn`.
    """

    directory: Directory
    base: str
    name_attribute: str
    title_attribute: str

    def vouch(self, database: Database, name: str, password: str, now: datetime, /) -> Vouched:
        """The person whose entry this password opens; for an unknown name an entry that is not there is tried."""
        known_as = _name_or_none(name)
        nobody = f"{self.name_attribute}=nobody.at.all,{self.base}"
        with _asking():
            entry = self._entry(known_as or "nobody.at.all")
            is_right = self.directory.bind_as(entry.dn if entry else nobody, password)
        if known_as is None or entry is None or not is_right:
            raise RefusedError("wrong password" if entry else "not in the directory")
        row = _person(database, known_as)
        if row is None:
            shown = next(iter(entry.texts(self.title_attribute)), known_as)
            user_id = add_user(database, known_as, now, shown=shown, source="ldap", subject=entry.dn)
            return Vouched(user_id, known_as)
        if row["source"] != "ldap" or row["is_disabled"]:
            raise RefusedError(_why(row) if row["is_disabled"] else f"the name belongs to a {row['source']} account")
        return Vouched(row["user_id"], known_as)

    def _entry(self, name: str) -> Entry | None:
        wanted = [self.name_attribute, self.title_attribute]
        found = self.directory.search(self.base, equals(self.name_attribute, name), wanted, is_recursive=True)
        same = [entry for entry in found if name in [text.lower() for text in entry.texts(self.name_attribute)]]
        return same[0] if len(same) == 1 else None


@contextmanager
def _asking() -> Iterator[None]:
    """Whatever is wrong with the directory is told in the log; the person must not learn where and how it is asked."""
    try:
        yield
    except (BadInputError, UnavailableError) as error:
        structlog.get_logger().error("directory", reason=str(error))
        told = "The directory of people cannot be asked now. Try again later; the log of the web process says why."
        raise UnavailableError(told) from error


def _person(database: Database, name: str) -> dict[str, Any] | None:
    known_as = _name_or_none(name)
    rows = database.fetch(_PERSON, (known_as,)) if known_as else []
    return rows[0] if rows else None


def _name_or_none(name: str) -> str | None:
    try:
        return read_user_name(name)
    except BadInputError:
        return None


def _why(row: dict[str, Any] | None) -> str:
    if row is None:
        return "nobody has this name"
    if row["is_disabled"]:
        return "disabled"
    return "wrong password" if row["source"] == "local" else f"not a local account but of {row['source']}"
