"""Personal access tokens over HTTP."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.accounts import tokens
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import KEY_USER_ID, Principal, Role
from grt_platform.web.access import Asking, nothing_here
from grt_platform.web.accounts.limits_asked import asked_limits
from grt_platform.web.audit import audited
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/tokens", tags=["accounts"])


class NewToken(BaseModel):
    """A token that somebody wants."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, description="What it is for")
    role: str = Field(Role.MANAGE.name, description="The highest role it shall carry")
    projects: list[str] | None = Field(None, max_length=100, description="The only projects it shall open; else all")
    days: float = Field(90, gt=0, le=tokens.LONGEST_DAYS, description="Days it lives")
    is_admin: bool = Field(default=False, description="Carry the right to administer, of one who has it")


@router.get("", summary="My tokens")
@signed_in
def listed(request: Request, asking: Asking) -> list[dict[str, Any]]:
    """The newest first; of each only how it begins, never the token."""
    return tokens.list_tokens(request.app.state.warehouse, asking.user_id)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a token; shows it once")
@signed_in
def created(request: Request, asking: Asking, wanted: NewToken) -> dict[str, Any]:
    """Answers with the token, which is kept as a hash only.

    One that is made with a token can do no more, lives no longer, and ends with it.
    """
    made = make_token(request, asking, wanted)
    return {"token_id": made.token_id, "token": made.token, "expires_at": made.expires_at}


@router.delete("/{token_id}", status_code=HTTPStatus.NO_CONTENT, summary="End one of my tokens")
@signed_in
def revoked(request: Request, asking: Asking, token_id: Annotated[UUID, Path()]) -> None:
    """The token, and those made with it, open nothing any more."""
    revoke(request, asking, str(token_id))


def make_token(request: Request, asking: Principal, wanted: NewToken) -> tokens.NewToken:
    """A token of the person who asks.

    Raises:
        BadInputError: More is wanted than he may, or the administrator's key asks, which is nobody.
    """
    if asking.user_id == KEY_USER_ID:
        raise BadInputError("The administrator's key is nobody: sign in as a person to make a token")
    limits = asked_limits(asking, wanted.role, wanted.projects, is_admin=wanted.is_admin)
    with audited(request, asking, "token.create", wanted.title) as database:
        return tokens.create_token(
            database,
            asking.user_id,
            wanted.title,
            limits,
            datetime.now(UTC),
            days=wanted.days,
            made_with=asking.token_id,
        )


def revoke(request: Request, asking: Principal, token_id: str) -> None:
    """The token of the person who asks, and those made with it, have ended.

    Raises:
        ProblemError: 404, he has no such token; 403, he came with a limited token, which ends no other than itself.
    """
    is_weak = asking.limits is not None and (asking.limits.role < Role.MANAGE or asking.limits.projects is not None)
    if is_weak and token_id != asking.token_id:
        raise ProblemError(HTTPStatus.FORBIDDEN, "A limited token ends no other token than itself; sign in for this.")
    with audited(request, asking, "token.revoke", token_id) as database:
        if not tokens.revoke_token(database, asking.user_id, token_id, datetime.now(UTC)):
            raise nothing_here()
