"""Who asks, for routes: `Asking` is the person, `allow` says whether a project is his business."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from grt_platform.kernel.identity import Principal, Role
from grt_platform.web.problems import NOTHING_HERE, ProblemError


def _asking(request: Request) -> Principal:
    found: Principal = request.state.principal  # sign_in.identify has put him there
    return found


PLAIN = r"^[^\x00-\x1f\x7f]*$"  # no control characters, which Postgres or a log might trip over
Asking = Annotated[Principal, Depends(_asking)]


def allow(asking: Principal, project: str, role: Role) -> None:
    """Returns when the person may act in `project` with `role`.

    Raises:
        ProblemError: 404 where he has no role there at all, exactly as for what is not there; 403 where his is too low.
    """
    held = asking.role_in(project)
    if held is None:
        raise nothing_here()
    if held < role:
        detail = (
            f"This needs the role {role.name} in project {project}; you have {held.name} there. Ask a manager of it."
        )
        raise ProblemError(HTTPStatus.FORBIDDEN, detail)


def nothing_here() -> ProblemError:
    """The one answer for what is not there and for what is none of a person's business."""
    return ProblemError(HTTPStatus.NOT_FOUND, NOTHING_HERE)
