"""The schema `identity`: people, their tokens and sessions, projects with members, and the audit."""

from grt_platform.kernel.identity import Role
from grt_platform.kernel.table import Column, Kind, Table

SOURCES = ("local", "ldap", "oidc", "key")
OUTCOMES = ("ok", "refused")
_ROLES = ", ".join(role.name for role in Role)
_USER_ID = Column("user_id", Kind.UUID, "The person", is_nullable=False)
_MADE_AT = Column("made_at", Kind.TIMESTAMP, "When it was made", is_nullable=False)
_PROJECT = Column("project", Kind.TEXT, "Name of the project", is_nullable=False)

USERS = Table(
    "identity",
    "registry",
    "users",
    "People who may sign in, and the row that the administrator's key acts as",
    (
        _USER_ID,
        Column("name", Kind.TEXT, "Name to sign in with, lower case", is_nullable=False),
        Column("title", Kind.TEXT, "Name people see", is_nullable=False),
        Column("source", Kind.TEXT, f"Who vouches for the person: {', '.join(SOURCES)}", is_nullable=False),
        Column("subject", Kind.TEXT, "What the source calls the person for ever: issuer and subject, or LDAP DN"),
        Column("password_hash", Kind.TEXT, "Argon2id hash of a local password", is_secret=True),
        Column("password_changed_at", Kind.TIMESTAMP, "When the local password was set"),
        Column("is_admin", Kind.BOOLEAN, "Administers the platform", is_nullable=False),
        Column("is_disabled", Kind.BOOLEAN, "May not sign in, nor use a token", is_nullable=False),
        _MADE_AT,
        Column("signed_in_at", Kind.TIMESTAMP, "Last sign-in"),
    ),
    key=("user_id",),
    unique=(("name",), ("source", "subject")),
)
TOKENS = Table(
    "identity",
    "registry",
    "tokens",
    "Personal access tokens; the token itself is never kept",
    (
        Column("token_id", Kind.UUID, "The token", is_nullable=False),
        Column("user_id", Kind.UUID, "Whose it is", is_nullable=False),
        Column("title", Kind.TEXT, "What it is for", is_nullable=False),
        Column("prefix", Kind.TEXT, "How it begins, to recognise it", is_nullable=False),
        Column("token_sha256", Kind.TEXT, "Hash of the token", is_nullable=False, is_secret=True),
        Column("role", Kind.TEXT, f"Highest role it carries: {_ROLES}", is_nullable=False),
        Column("projects", Kind.JSON, "The only projects it opens; NULL for all of its owner's"),
        Column("is_admin", Kind.BOOLEAN, "Carries its owner's right to administer", is_nullable=False),
        Column("made_with", Kind.UUID, "The token it was made with; NULL when made after a sign-in"),
        _MADE_AT,
        Column("expires_at", Kind.TIMESTAMP, "When it ends by itself", is_nullable=False),
        Column("last_used_at", Kind.TIMESTAMP, "Last use, to the minute"),
        Column("revoked_at", Kind.TIMESTAMP, "When somebody ended it"),
    ),
    key=("token_id",),
    unique=(("token_sha256",),),
    indexed=(("user_id",), ("made_with",)),
    refers=(("user_id", "identity.users"), ("made_with", "identity.tokens")),
)
SESSIONS = Table(
    "identity",
    "registry",
    "sessions",
    "Sign-ins of browsers that still hold; the cookie itself is never kept",
    (
        Column("session_sha256", Kind.TEXT, "Hash of the cookie", is_nullable=False, is_secret=True),
        _USER_ID,
        _MADE_AT,
        Column("seen_at", Kind.TIMESTAMP, "Last request, to the minute", is_nullable=False),
        Column("expires_at", Kind.TIMESTAMP, "When it ends however busy it is", is_nullable=False),
        Column("address", Kind.TEXT, "Where the person signed in from", is_nullable=False),
        Column("browser", Kind.TEXT, "What the browser called itself", is_nullable=False),
    ),
    key=("session_sha256",),
    indexed=(("user_id",), ("expires_at",)),
    refers=(("user_id", "identity.users"),),
)
PROJECTS = Table(
    "identity",
    "registry",
    "projects",
    "Projects: what people share uploads, jobs and results in",
    (
        _PROJECT,
        Column("title", Kind.TEXT, "Name people see", is_nullable=False),
        _MADE_AT,
        Column("made_by", Kind.UUID, "Who made it", is_nullable=False),
    ),
    key=("project",),
    refers=(("made_by", "identity.users"),),
)
MEMBERS = Table(
    "identity",
    "registry",
    "members",
    "Who has which role in which project",
    (
        _PROJECT,
        _USER_ID,
        Column("role", Kind.TEXT, f"Role in the project: {_ROLES}", is_nullable=False),
        _MADE_AT,
    ),
    key=("project", "user_id"),
    indexed=(("user_id",),),
    refers=(("project", "identity.projects"), ("user_id", "identity.users")),
)
AUDIT = Table(
    "identity",
    "registry",
    "audit",
    "Who did what, when, from where, with what outcome; rows are only ever added",
    (
        Column("event_id", Kind.UUID, "The event", is_nullable=False),
        Column("happened_at", Kind.TIMESTAMP, "When", is_nullable=False),
        Column("user_id", Kind.UUID, "Who; NULL where nobody was proven"),
        Column("name", Kind.TEXT, "The person's name, or the name that was claimed", is_nullable=False),
        Column("token_id", Kind.UUID, "The token it was done with"),
        Column("action", Kind.TEXT, "What, such as `token.create`", is_nullable=False),
        Column("subject", Kind.TEXT, "To what or whom", is_nullable=False),
        Column("project", Kind.TEXT, "In which project"),
        Column("address", Kind.TEXT, "From where", is_nullable=False),
        Column("outcome", Kind.TEXT, f"One of {', '.join(OUTCOMES)}", is_nullable=False),
        Column("reason", Kind.TEXT, "Why it was refused, or what else is worth knowing"),
        Column("request_id", Kind.TEXT, "The request, as the web log names it"),
    ),
    key=("event_id",),
    indexed=(("happened_at",), ("name", "happened_at")),
)
TABLES = (USERS, TOKENS, SESSIONS, PROJECTS, MEMBERS, AUDIT)
