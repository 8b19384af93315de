"""Who asks, and what he may do in which project: roles, their limits by a token, names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from grt_platform.kernel.errors import BadInputError

KEY_USER_ID = "00000000-0000-4000-8000-000000000001"  # the row of `identity.users` that the administrator's key acts as
KEY_USER_NAME = "admin-key"
_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_USER = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}[a-z0-9]")


class Role(IntEnum):
    """What a member may do in a project; each role may do what those below it may."""

    READ = 1
    QUERY = 2
    EDIT = 3
    MANAGE = 4


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """What a token allows at most, whatever its owner may.

    Attributes:
        role: The highest role it carries.
        projects: The only projects it opens; None for all of its owner's.
        is_admin: Whether it carries its owner's right to administer the platform.
    """

    role: Role
    projects: frozenset[str] | None = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks, proven: a person, or the administrator's key.

    Attributes:
        user_id: UUID of the row in `identity.users`.
        name: The name people sign in with.
        is_admin: May do everything, in every project; never true with a token that is limited.
        roles: Role by project, already limited by the token.
        token_id: UUID of the token he came with; None for a session and for the administrator's key.
        everywhere: Role in every project, of an administrator who came with a limited token.
        limits: What his token allows at most; None without a token.
    """

    user_id: str
    name: str
    is_admin: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict)
    token_id: str | None = None
    everywhere: Role | None = None
    limits: TokenLimits | None = None

    def role_in(self, project: str) -> Role | None:
        """The role that counts in `project`; None where the project is none of his business."""
        if self.is_admin:
            return Role.MANAGE
        return max((role for role in (self.roles.get(project), self.everywhere) if role is not None), default=None)


KEY_PRINCIPAL = Principal(KEY_USER_ID, KEY_USER_NAME, is_admin=True)


def principal(
    user_id: str,
    name: str,
    memberships: Mapping[str, Role],
    *,
    is_admin: bool,
    token_id: str | None = None,
    limits: TokenLimits | None = None,
) -> Principal:
    """The person with the roles that count: in every project the lower of the membership's and the token's."""
    if limits is None or (is_admin and limits.is_admin):
        return Principal(user_id, name, is_admin, dict(memberships), token_id, limits=limits)
    opened = limits.projects
    held = dict.fromkeys(opened or (), Role.MANAGE) if is_admin else memberships
    roles = {project: min(role, limits.role) for project, role in held.items() if opened is None or project in opened}
    everywhere = limits.role if is_admin and opened is None else None
    return Principal(user_id, name, roles=roles, token_id=token_id, everywhere=everywhere, limits=limits)


def read_role(text: str) -> Role:
    """The role of that name, in any case.

    Raises:
        BadInputError: There is none.
    """
    try:
        return Role[text.upper()]
    except KeyError:
        names = ", ".join(role.name for role in Role)
        raise BadInputError(f"{text[:32]!r} is no role: say one of {names}") from None


def read_project(text: str) -> str:
    """A project's name, as it stands in addresses and folders.

    Raises:
        BadInputError: It is none.
    """
    if not _PROJECT.fullmatch(text):
        raise BadInputError(
            f"{text[:64]!r} is no name of a project: it has 3 to 63 of a-z, 0-9 and '-', "
            "and neither begins nor ends with '-'"
        )
    return text


def read_user_name(text: str) -> str:
    """A person's name to sign in with, in lower case; plain ASCII, so that no two names look alike.

    Raises:
        BadInputError: It is none.
    """
    lowered = text.strip().lower() if text.isascii() else ""
    if not _USER.fullmatch(lowered):
        raise BadInputError(
            f"{text[:64]!r} is no name to sign in with: it has 2 to 64 of a-z, 0-9, '.', '_', '@' and '-', "
            "and begins and ends with a letter or digit"
        )
    return lowered
