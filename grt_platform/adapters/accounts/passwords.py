"""Local passwords: hashed by argon2id, checked in the same time whoever is asked for, never kept."""

import threading
import unicodedata
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError

MOST_LETTERS = 1024
_LEAST_DIFFERENT = 5


class Passwords:
    """Hashes with parameters of today; a hash of yesterday is renewed when its password is proven.

    Args:
        least_letters: Shortest password taken.
        memory_kib, rounds: Parameters of argon2id; each check holds this much memory (RFC 9106 names 64 MiB, 3 rounds).
        at_once: Checks that run at the same time, so that memory stays bounded; further ones wait.
    """

    def __init__(self, least_letters: int, *, memory_kib: int = 65536, rounds: int = 3, at_once: int = 2) -> None:
        self._least = least_letters
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._turns = threading.BoundedSemaphore(at_once)
        self._nobodys = self._hasher.hash("a password that opens nothing")

    def hashed(self, password: str, name: str = "") -> str:
        """What is kept of a new password.

        Raises:
            BadInputError: It is too short, too long, too simple, or the person's name.
        """
        text = _normal(password)
        if not self._least <= len(text) <= MOST_LETTERS:
            raise BadInputError(f"A password has {self._least} to {MOST_LETTERS} characters; take a sentence")
        if len(set(text)) < _LEAST_DIFFERENT or (name and name.lower() in text.lower()):
            raise BadInputError("This password is too easy to guess: take a sentence that does not hold your name")
        with self._turns:
            return self._hasher.hash(text)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of this hash; without one it is not, after the same work."""
        text = _normal(password[: MOST_LETTERS + 1])
        with self._turns:
            try:
                self._hasher.verify(kept or self._nobodys, text)
            except (VerifyMismatchError, InvalidHashError):
                return False
        return kept is not None

    def is_dated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    def renewed(self, password: str) -> str:
        """A proven password hashed with the parameters of today, whatever today's rules for new ones are."""
        with self._turns:
            return self._hasher.hash(_normal(password))


def set_password(database: Database, user_id: str, password_hash: str, now: datetime) -> None:
    """The person signs in with this password from now on, and every session of his has ended."""
    with database.transaction() as connection:
        connection.execute(
            "UPDATE identity.users SET password_hash = %s, password_changed_at = %s WHERE user_id = %s",
            (password_hash, now, user_id),
        )
        connection.execute("DELETE FROM identity.sessions WHERE user_id = %s", (user_id,))


def keep_hash(database: Database, user_id: str, password_hash: str) -> None:
    """The same password is kept as another hash."""
    with database.connection() as connection:
        connection.execute("UPDATE identity.users SET password_hash = %s WHERE user_id = %s", (password_hash, user_id))


def _normal(password: str) -> str:
    """The same text however a keyboard composed it (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
