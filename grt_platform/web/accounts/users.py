"""People over HTTP, for administrators; and everybody's own password."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from grt_platform.adapters.accounts import users
from grt_platform.adapters.accounts.made_secrets import new_password
from grt_platform.adapters.accounts.passwords import set_password
from grt_platform.kernel.errors import BadInputError
from grt_platform.web.access import PLAIN, Asking, nothing_here
from grt_platform.web.accounts.checking import passwords, vouched
from grt_platform.web.audit import audited
from grt_platform.web.sign_in import signed_in

router = APIRouter(tags=["accounts"])
Name = Annotated[str, Path(max_length=200, pattern=PLAIN, description="Name the person signs in with")]


class NewUser(BaseModel):
    """A person who shall sign in with a local password."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="Name to sign in with")
    title: str = Field("", max_length=200, description="Name people see")
    is_admin: bool = Field(default=False, description="Administers the platform")


class Change(BaseModel):
    """What shall be different about a person; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(None, min_length=1, max_length=200, description="Name people see")
    is_admin: bool | None = Field(None, description="Administers the platform")
    is_disabled: bool | None = Field(None, description="May not sign in; sessions and tokens open nothing")


class NewPassword(BaseModel):
    """A person's own password, changed."""

    model_config = ConfigDict(extra="forbid")

    old: SecretStr = Field(max_length=1024, description="The password of now")
    new: SecretStr = Field(max_length=1024, description="The password from now on")


@router.get("/users", summary="All people")
def listed(request: Request) -> list[dict[str, Any]]:
    """By name, with who vouches for them and when they last signed in."""
    return users.list_users(request.app.state.warehouse)


@router.post("/users", status_code=HTTPStatus.CREATED, summary="Add a person; shows a first password once")
def added(request: Request, asking: Asking, new: NewUser) -> dict[str, str]:
    """Answers with a random password; where a directory or provider vouches for people, nobody needs to be added."""
    now, password = datetime.now(UTC), new_password()
    kept = passwords().hashed(password)
    with audited(request, asking, "user.add", new.name) as database:
        users.add_user(database, new.name, now, shown=new.title, is_admin=new.is_admin, password_hash=kept)
    return {"name": new.name.strip().lower(), "password": password}


@router.patch("/users/{name}", status_code=HTTPStatus.NO_CONTENT, summary="Change a person")
def changed(request: Request, asking: Asking, name: Name, change: Change) -> None:
    """Disabling ends every session and stops every token at once; enabling brings tokens back that did not expire."""
    given = change.model_dump(exclude_none=True)
    with audited(request, asking, "user.change", f"{name}: {given}") as database:
        if not users.change_user(database, name, given):
            raise nothing_here()


@router.post("/users/{name}/password", summary="Give a person a new password; shows it once")
def reset(request: Request, asking: Asking, name: Name) -> dict[str, str]:
    """Answers with a random password; the old one and every session of the person have ended."""
    password = new_password()
    kept = passwords().hashed(password)
    with audited(request, asking, "user.reset_password", name) as database:
        person = users.find_user(database, name)
        if person is None:
            raise nothing_here()
        if person["source"] != "local":
            raise BadInputError(f"{name} signs in by {person['source']}: the password is changed there")
        set_password(database, person["user_id"], kept, datetime.now(UTC))
    return {"name": person["name"], "password": password}


@router.put("/password", status_code=HTTPStatus.NO_CONTENT, summary="Change my password")
@signed_in
def own_password(request: Request, asking: Asking, change: NewPassword) -> None:
    """Every session of mine ends; tokens stay."""
    change_password(request, asking.name, change.old.get_secret_value(), change.new.get_secret_value())


def change_password(request: Request, name: str, old: str, new: str) -> None:
    """The person signs in with the new password from now on; every session has ended.

    Raises:
        ProblemError: 401, the old one is wrong; 429.
        BadInputError: The new one is not good enough, or the person has no local password.
    """
    person = users.find_user(request.app.state.warehouse, name)
    if person is None or person["source"] != "local":
        raise BadInputError("Your password is not kept here: change it where you signed in")
    proven = vouched(request, name, old)
    kept = passwords().hashed(new, name)
    asking = users.principal_of(request.app.state.warehouse, proven.user_id)
    if asking is None:
        raise nothing_here()
    with audited(request, asking, "user.change_password", name) as database:
        set_password(database, proven.user_id, kept, datetime.now(UTC))
