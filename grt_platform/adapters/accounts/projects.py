"""Projects and their members."""

from datetime import datetime
from typing import Any

from grt_platform.adapters.accounts.texts import title
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role, read_project


def create_project(database: Database, project: str, shown: str, made_by: str, now: datetime) -> None:
    """Makes a project; whoever made it manages it.

    Raises:
        BadInputError: The name is none, or there is a project of that name.
    """
    row = {
        "project": read_project(project),
        "title": title("title of a project", shown or project),
        "made_by": made_by,
        "now": now,
        "role": Role.MANAGE.name,
    }
    added = database.fetch(
        """
        WITH made AS (
          INSERT INTO identity.projects (project, title, made_at, made_by)
          VALUES (%(project)s, %(title)s, %(now)s, %(made_by)s) ON CONFLICT (project) DO NOTHING RETURNING project
        ), joined AS (
          INSERT INTO identity.members (project, user_id, role, made_at)
          SELECT project, u.user_id, %(role)s, %(now)s FROM made
          JOIN identity.users u ON u.user_id = %(made_by)s AND u.source <> 'key'
        )
        SELECT project FROM made
        """,
        row,
    )
    if not added:
        raise BadInputError(f"There is a project {project} already; choose another name")


def is_project(database: Database, project: str) -> bool:
    """Whether there is a project of that name."""
    return bool(database.fetch("SELECT 1 AS one FROM identity.projects WHERE project = %s", (project,)))


def list_projects(database: Database, principal: Principal) -> list[dict[str, Any]]:
    """The projects that the person may see, by name, each with the role that counts."""
    rows = database.fetch(
        """
        SELECT p.project, p.title, p.made_at,
               (SELECT count(*) FROM identity.members m WHERE m.project = p.project) AS members
        FROM identity.projects p ORDER BY p.project
        """
    )
    seen = [(row, principal.role_in(row["project"])) for row in rows]
    return [{**row, "role": role.name} for row, role in seen if role is not None]


def projects_of(database: Database, user_id: str) -> list[dict[str, Any]]:
    """The projects that a person is a member of, by name, each with the role."""
    return database.fetch(
        "SELECT p.project, p.title, m.role FROM identity.members m JOIN identity.projects p USING (project) "
        "WHERE m.user_id = %s ORDER BY p.project",
        (user_id,),
    )


def list_members(database: Database, project: str) -> list[dict[str, Any]]:
    """The members of a project by name."""
    return database.fetch(
        """
        SELECT u.name, u.title, m.role, m.made_at, u.is_disabled
        FROM identity.members m JOIN identity.users u USING (user_id) WHERE m.project = %s ORDER BY u.name
        """,
        (project,),
    )


def set_member(database: Database, project: str, user_id: str, role: Role, now: datetime) -> None:
    """The person has this role in the project from now on."""
    with database.connection() as connection:
        connection.execute(
            """
            INSERT INTO identity.members (project, user_id, role, made_at) VALUES (%s, %s, %s, %s)
            ON CONFLICT (project, user_id) DO UPDATE SET role = excluded.role
            """,
            (project, user_id, role.name, now),
        )


def remove_member(database: Database, project: str, user_id: str) -> bool:
    """The person is no member any more; False where he was none."""
    with database.connection() as connection:
        gone = connection.execute(
            "DELETE FROM identity.members WHERE project = %s AND user_id = %s", (project, user_id)
        ).rowcount
    return bool(gone)
