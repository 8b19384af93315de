"""Who am I, and what may I do."""

from typing import Any

from fastapi import APIRouter, Request

from grt_platform.web.access import Asking
from grt_platform.web.cookies import SESSION, form_token, read_cookie
from grt_platform.web.sign_in import signed_in

router = APIRouter(tags=["accounts"])


@router.get("/whoami", summary="Who am I, and what may I do where")
@signed_in
def whoami(request: Request, asking: Asking) -> dict[str, Any]:
    """The person behind the credentials, with the role that counts in each of his projects."""
    cookie = read_cookie(request, SESSION) if asking.token_id is None else ""
    return {
        "user_id": asking.user_id,
        "name": asking.name,
        "is_admin": asking.is_admin,
        "token_id": asking.token_id,
        "roles": {project: role.name for project, role in sorted(asking.roles.items())},
        "everywhere": asking.everywhere.name if asking.everywhere else None,
        "csrf_token": form_token(cookie) if cookie else None,
    }
