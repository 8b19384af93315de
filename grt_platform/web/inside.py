"""Routes inside a project: the parameter `project`, once whoever asks may act there."""

from typing import Annotated

from fastapi import Depends, Path, Request

from grt_platform.adapters.accounts.projects import is_project
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Role, read_project
from grt_platform.web.access import Asking, allow, nothing_here


class _Inside:
    """A dependency that gives the project's name.

    Args:
        role: What a member must be at least.
    """

    def __init__(self, role: Role) -> None:
        self._role = role

    def __call__(
        self, request: Request, asking: Asking, project: Annotated[str, Path(description="Name of the project")]
    ) -> str:
        """The project, which is there.

        Raises:
            ProblemError: 404 for one that is not there or nobody's business, 403 for too low a role.
        """
        try:
            allow(asking, read_project(project), self._role)
        except BadInputError as error:
            raise nothing_here() from error
        if project not in asking.roles and not is_project(request.app.state.warehouse, project):
            raise nothing_here()
        return project


Reading = Annotated[str, Depends(_Inside(Role.READ))]
Querying = Annotated[str, Depends(_Inside(Role.QUERY))]
Editing = Annotated[str, Depends(_Inside(Role.EDIT))]
Managing = Annotated[str, Depends(_Inside(Role.MANAGE))]
