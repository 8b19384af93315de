"""The registry of Galaxy servers: who may upload, under which key; the key itself is never kept."""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID, uuid4

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError

MOST_TITLE, MOST_URL, MOST_DESCRIPTION = 256, 200, 4000
_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_KEY_BYTES = 32
_NO_KEY = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an instance uploads with; the key is shown this one time."""

    instance_id: str
    key: str = field(repr=False)


def register(
    database: Database, title: str, url: str = "", description: str = "", instance_id: str | None = None
) -> Credentials:
    """Makes an instance known and gives it a key; one that its folder made known is named and keeps its reports.

    Raises:
        BadInputError: A text is missing, too long or no URL, or the id is no UUID or registered already.
    """
    known_as = read_id(instance_id) if instance_id else str(uuid4())
    row = (
        known_as,
        _text("title", title, MOST_TITLE) or _missing("title"),
        _url(url),
        _text("description", description, MOST_DESCRIPTION) or None,
    )
    key = secrets.token_urlsafe(_KEY_BYTES)
    with database.transaction() as connection:
        added = connection.execute(
            """
            INSERT INTO galaxy.instances
              (instance_id, title, url, description, key_sha256, key_made_at, registered_at, is_self_registered)
            VALUES (%s, %s, %s, %s, %s, now(), now(), false)
            ON CONFLICT (instance_id) DO UPDATE
              SET title = excluded.title, url = excluded.url, description = excluded.description,
                  key_sha256 = excluded.key_sha256, key_made_at = excluded.key_made_at, is_self_registered = false
              WHERE instances.is_self_registered
            RETURNING instance_id
            """,
            (*row, _hash(key)),
        ).fetchone()
    if added is None:
        raise BadInputError(f"Instance {known_as} is registered already; rotate its key if it was lost.")
    return Credentials(known_as, key)


def rotate_key(database: Database, instance_id: str) -> Credentials:
    """Gives an instance a new key; the one before stops working with this call.

    Raises:
        BadInputError: The id is no UUID, or nobody registered it.
    """
    known_as, key = read_id(instance_id), secrets.token_urlsafe(_KEY_BYTES)
    with database.transaction() as connection:
        changed = connection.execute(
            "UPDATE galaxy.instances SET key_sha256 = %s, key_made_at = now() WHERE instance_id = %s",
            (_hash(key), known_as),
        ).rowcount
    if not changed:
        raise BadInputError(f"No instance {known_as} is registered; register it first.")
    return Credentials(known_as, key)


def verify(database: Database, instance_id: str, key: str) -> bool:
    """Whether `key` is the instance's key; takes as long for a wrong one as for a right one."""
    try:
        known_as = read_id(instance_id)
    except BadInputError:
        return False
    rows = database.fetch("SELECT key_sha256 FROM galaxy.instances WHERE instance_id = %s", (known_as,))
    stored = rows[0]["key_sha256"] if rows else None
    return compare_digest(_hash(key), stored or _NO_KEY) and stored is not None


def register_folder(database: Database, instance_id: str) -> bool:
    """Makes an instance known whose folder lies in the raw store; True when it was not known before.

    It has no key, so it cannot upload over HTTP until somebody registers it.
    """
    known_as = read_id(instance_id)
    with database.transaction() as connection:
        added = connection.execute(
            """
            INSERT INTO galaxy.instances (instance_id, title, registered_at, is_self_registered)
            VALUES (%s, %s, now(), true) ON CONFLICT (instance_id) DO NOTHING
            """,
            (known_as, known_as),
        ).rowcount
    return bool(added)


def title_of(database: Database, instance_id: str) -> str:
    """The name of a registered instance.

    Raises:
        BadInputError: Nobody registered it.
    """
    rows = database.fetch("SELECT title FROM galaxy.instances WHERE instance_id = %s", (instance_id,))
    if not rows:
        raise BadInputError(f"No instance {instance_id} is registered; register it first.")
    return str(rows[0]["title"])


def read_id(text: str) -> str:
    """An instance id in the one form that names folders: a lower-case UUID with hyphens.

    Raises:
        BadInputError: It is none.
    """
    try:
        known_as = str(UUID(text))
    except ValueError:
        known_as = ""
    if not known_as or known_as != text.lower():
        raise BadInputError(f"{text[:64]!r} is no instance id; it looks like 5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207.")
    return known_as


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _text(name: str, text: str, most: int) -> str:
    cleaned = text.strip()
    if len(cleaned) > most:
        raise BadInputError(f"The {name} of an instance has at most {most} characters; this one has {len(cleaned)}.")
    if not all(letter.isprintable() or letter == "\n" for letter in cleaned):
        raise BadInputError(f"The {name} of an instance holds a control character; remove it.")
    return cleaned


def _missing(name: str) -> str:
    raise BadInputError(f"An instance needs a {name}.")


def _url(text: str) -> str | None:
    cleaned = _text("URL", text, MOST_URL)
    if cleaned and not _URL.fullmatch(cleaned):
        raise BadInputError(f"{cleaned!r} is no address of a server; it looks like https://galaxy.example.org/.")
    return cleaned or None
