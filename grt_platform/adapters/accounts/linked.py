"""People whom a provider of identities vouches for: known by its id, never by a name that somebody may choose."""

from datetime import datetime

from grt_platform.adapters.accounts.texts import MOST_LETTERS
from grt_platform.adapters.accounts.users import add_user
from grt_platform.adapters.accounts.vouching import RefusedError, Vouched
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError

_BY_SUBJECT = "SELECT user_id, name, is_disabled FROM identity.users WHERE source = %s AND subject = %s"


def linked_person(database: Database, source: str, subject: str, now: datetime, *, name: str, shown: str) -> Vouched:
    """The person of that id, made known at the first sign-in.

    Raises:
        RefusedError: The person is disabled, or the name is taken by somebody else or none.
    """
    rows = database.fetch(_BY_SUBJECT, (source, subject))
    if rows and rows[0]["is_disabled"]:
        raise RefusedError("disabled")
    if rows:
        return Vouched(rows[0]["user_id"], rows[0]["name"])
    printable = "".join(letter for letter in shown if letter.isprintable())[:MOST_LETTERS].strip()
    try:
        user_id = add_user(database, name, now, shown=printable, source=source, subject=subject)
    except BadInputError as error:
        raise RefusedError(str(error)) from error
    return Vouched(user_id, name.strip().lower())
