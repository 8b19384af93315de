"""What somebody wants of a new token, held to what he himself may."""

from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role, TokenLimits, read_project, read_role


def asked_limits(asking: Principal, role: str, projects: list[str] | None, *, is_admin: bool) -> TokenLimits:
    """The limits of a new token; one made with a token opens nothing that that one does not.

    Raises:
        BadInputError: A name is none, or more is wanted than the person, or his token, may.
    """
    wanted_role, own = read_role(role), asking.limits
    wanted = frozenset(map(read_project, projects)) if projects is not None else None
    if is_admin and not asking.is_admin:
        raise BadInputError("Only an administrator, come with all his rights, makes a token that administers")
    if own is not None and not (asking.is_admin and own.is_admin):
        wanted_role = _capped(wanted_role, own)
        wanted = _opened(wanted, own)
    return TokenLimits(wanted_role, wanted, is_admin)


def _capped(wanted: Role, own: TokenLimits) -> Role:
    if wanted > own.role:
        raise BadInputError(
            f"Your token carries the role {own.role.name} at most; it cannot make one with {wanted.name}"
        )
    return wanted


def _opened(wanted: frozenset[str] | None, own: TokenLimits) -> frozenset[str] | None:
    if own.projects is None:
        return wanted
    if wanted is None:
        return own.projects
    if wanted - own.projects:
        raise BadInputError(f"Your token does not open {', '.join(sorted(wanted - own.projects))}")
    return wanted
