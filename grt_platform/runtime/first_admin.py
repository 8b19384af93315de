"""The first person of an embedded platform: an administrator, whose password stands in a file until it is changed."""

from datetime import datetime

from grt_platform.adapters.accounts.audit import Event, Origin, record
from grt_platform.adapters.accounts.made_secrets import new_password
from grt_platform.adapters.accounts.passwords import Passwords
from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.accounts.users import add_user
from grt_platform.adapters.database import LightDatabase, Within
from grt_platform.adapters.private_file import write_private
from grt_platform.kernel.identity import KEY_PRINCIPAL
from grt_platform.runtime.installation import ADMIN, Installation
from grt_platform.settings import Settings

FIRST_PROJECT = "default"
_NOBODY = "SELECT 1 AS one FROM identity.users WHERE source <> 'key' LIMIT 1"


def make_first_admin(database: LightDatabase, chosen: Settings, now: datetime) -> bool:
    """There is an administrator with a project; False where people were known before, and nothing is changed.

    The file is written before the transaction ends: a start that is killed in between makes both anew.
    """
    with database.transaction() as connection:
        connection.execute("LOCK TABLE identity.users IN SHARE ROW EXCLUSIVE MODE")
        if connection.execute(_NOBODY.encode()).fetchone() is not None:
            return False
        within, password = Within(connection), new_password()
        kept = Passwords(chosen.password_length).hashed(password)
        user_id = add_user(within, ADMIN, now, shown="Administrator", is_admin=True, password_hash=kept)
        create_project(within, FIRST_PROJECT, "Default project", user_id, now)
        record(within, Event("user.add", ADMIN, reason="first start"), Origin("this machine"), now, who=KEY_PRINCIPAL)
        write_private(Installation(chosen.home).first_sign_in, _told(chosen.web_url, password))
    return True


def _told(web_url: str, password: str) -> str:
    return (
        f"Sign in at {web_url}/sign-in\n"
        f"name:     {ADMIN}\n"
        f"password: {password}\n"
        "Change it on the page of your account, then remove this file.\n"
        f"Lost or changed: `grt users reset-password {ADMIN}` on this machine makes a new one.\n"
    )
