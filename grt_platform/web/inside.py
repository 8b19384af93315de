"""Routes inside a project: the parameter `project`, of the path or the query, once whoever asks may act there."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from grt_platform.adapters.accounts.projects import is_project
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role, read_project
from grt_platform.web.access import Asking, allow, nothing_here


def admitted(request: Request, asking: Principal, project: str, role: Role) -> str:
    """The project, which is there, and in which the person may act in this role.

    Raises:
        ProblemError: 404 for one that is not there or nobody's business, 403 for too low a role.
    """
    try:
        allow(asking, read_project(project), role)
    except BadInputError as error:
        raise nothing_here() from error
    if project not in asking.roles and not is_project(request.app.state.warehouse, project):
        raise nothing_here()
    return project


class _Inside:
    """A dependency that gives the name of the project in the path.

    Args:
        role: What a member must be at least.
    """

    def __init__(self, role: Role) -> None:
        self._role = role

    def __call__(
        self, request: Request, asking: Asking, project: Annotated[str, Path(description="Name of the project")]
    ) -> str:
        """The project; the errors are those of `admitted`."""
        return admitted(request, asking, project, self._role)


class _Chosen(_Inside):
    """The same for the project that the query names, as on pages."""

    def __call__(
        self, request: Request, asking: Asking, project: Annotated[str, Query(description="Name of the project")]
    ) -> str:
        """The project; the errors are those of `admitted`."""
        return admitted(request, asking, project, self._role)


Reading = Annotated[str, Depends(_Inside(Role.READ))]
Querying = Annotated[str, Depends(_Inside(Role.QUERY))]
Editing = Annotated[str, Depends(_Inside(Role.EDIT))]
Managing = Annotated[str, Depends(_Inside(Role.MANAGE))]
ReadingChosen = Annotated[str, Depends(_Chosen(Role.READ))]
