"""A token for a name and a password: how `grt login` signs in."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from grt_platform.adapters.accounts.tokens import LONGEST_DAYS, create_token
from grt_platform.adapters.accounts.users import principal_of
from grt_platform.web.accounts.checking import vouched
from grt_platform.web.accounts.limits_asked import asked_limits
from grt_platform.web.audit import audited
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import asks_itself

router = APIRouter(tags=["accounts"])


class Login(BaseModel):
    """Who signs in, and the token he wants."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="Name to sign in with")
    password: SecretStr = Field(max_length=1024, description="Its password")
    title: str = Field(max_length=200, description="What the token is for")
    days: float = Field(90, gt=0, le=LONGEST_DAYS, description="Days the token lives")
    is_admin: bool = Field(default=False, description="Carry the right to administer as well")


@router.post("/logins", status_code=HTTPStatus.CREATED, summary="Sign in and get a token; shows it once")
@asks_itself("a name and its password")
def login(request: Request, wanted: Login) -> dict[str, Any]:
    """Answers with a token that may what the person may; it is kept as a hash only."""
    person = vouched(request, wanted.name, wanted.password.get_secret_value())
    now = datetime.now(UTC)
    asking = principal_of(request.app.state.warehouse, person.user_id)
    if asking is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "The account was disabled this moment.")
    limits = asked_limits(asking, "MANAGE", None, is_admin=wanted.is_admin)
    with audited(request, asking, "sign_in", "for a token") as database:
        made = create_token(database, person.user_id, wanted.title, limits, now, days=wanted.days)
    return {"name": person.name, "token_id": made.token_id, "token": made.token, "expires_at": made.expires_at}
