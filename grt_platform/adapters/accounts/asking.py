"""The person behind a token."""

from datetime import datetime
from typing import Any

from grt_platform.adapters.accounts.made_secrets import hashed
from grt_platform.adapters.database import Database
from grt_platform.kernel.identity import Principal, Role, TokenLimits, principal

MEMBERSHIPS = """
coalesce((SELECT jsonb_object_agg(m.project, m.role) FROM identity.members m WHERE m.user_id = u.user_id), '{}')
"""
_BY_TOKEN = f"""
WITH used AS (
  UPDATE identity.tokens SET last_used_at = %(now)s
  WHERE token_sha256 = %(hash)s AND revoked_at IS NULL AND expires_at > %(now)s
    AND (last_used_at IS NULL OR last_used_at < %(now)s - interval '1 minute')
)
SELECT u.user_id, u.name, u.is_admin, {MEMBERSHIPS} AS memberships,
       t.token_id, t.role, t.projects, t.is_admin AS is_for_admin
FROM identity.tokens t JOIN identity.users u USING (user_id)
WHERE t.token_sha256 = %(hash)s AND t.revoked_at IS NULL AND t.expires_at > %(now)s AND NOT u.is_disabled
"""


def by_token(database: Database, token: str, now: datetime) -> Principal | None:
    """Whose token this is; None for one that is unknown, expired or revoked, or whose owner is disabled."""
    rows = database.fetch(_BY_TOKEN, {"hash": hashed(token), "now": now})
    return _with_token(rows[0]) if rows else None


def without_token(row: dict[str, Any]) -> Principal:
    """The person of a row with `user_id`, `name`, `is_admin` and `memberships`."""
    return _person(row, None, None)


def _with_token(row: dict[str, Any]) -> Principal:
    projects = None if row["projects"] is None else frozenset(row["projects"])
    return _person(row, row["token_id"], TokenLimits(Role[row["role"]], projects, row["is_for_admin"]))


def _person(row: dict[str, Any], token_id: str | None, limits: TokenLimits | None) -> Principal:
    roles = {project: Role[role] for project, role in row["memberships"].items()}
    return principal(row["user_id"], row["name"], roles, is_admin=row["is_admin"], token_id=token_id, limits=limits)
