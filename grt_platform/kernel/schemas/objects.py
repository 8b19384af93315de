"""The schema `objects`: versions of the objects of projects, their names, parts, quotas, and what buckets announced."""

from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.kernel.versions import State

_PROJECT = Column("project", Kind.TEXT, "Name of the project", is_nullable=False)
_NAME = Column("name", Kind.TEXT, "Name of the object", is_nullable=False)
_VERSION_ID = Column("version_id", Kind.UUID, "The version, which is the upload it came by", is_nullable=False)

PROJECTS = Table(
    "objects",
    "registry",
    "projects",
    "Room of each project; a change to its objects locks its row first",
    (
        _PROJECT,
        Column("limit_bytes", Kind.INTEGER, "Most bytes it may hold; NULL: `GRT_OBJECTS_QUOTA_BYTES`"),
        Column("used_bytes", Kind.INTEGER, "Sum over its pending and stored versions", is_nullable=False),
        Column("suffixes", Kind.JSON, "Endings that names of new objects may have; empty: all", is_nullable=False),
    ),
    key=("project",),
    refers=(("project", "identity.projects"),),
)
VERSIONS = Table(
    "objects",
    "registry",
    "versions",
    "Every upload: pending, stored as one version of its object, or ended without",
    (
        _VERSION_ID,
        _PROJECT,
        _NAME,
        Column("size_bytes", Kind.INTEGER, "Promised size; that of the bytes once stored", is_nullable=False),
        Column("sha256", Kind.TEXT, "Promised hash of the bytes; certain once stored"),
        Column("md5", Kind.TEXT, "Promised MD5 of the bytes"),
        Column("state", Kind.TEXT, f"One of {', '.join(State)}", is_nullable=False),
        Column("reason", Kind.TEXT, "Why it is neither pending nor stored"),
        Column("part_bytes", Kind.INTEGER, "Size of the parts it comes in; NULL for one PUT"),
        Column("parts_token", Kind.TEXT, "Name of the multipart upload in the store"),
        Column(
            "created_by", Kind.TEXT, "Who asked for the upload: the id of a person, or a program", is_nullable=False
        ),
        Column("created_at", Kind.TIMESTAMP, "When it was asked for", is_nullable=False),
        Column("expires_at", Kind.TIMESTAMP, "When it ends by itself while pending", is_nullable=False),
        Column(
            "signed_until_at", Kind.TIMESTAMP, "Until when a URL that writes its bytes may be out", is_nullable=False
        ),
        Column("stored_at", Kind.TIMESTAMP, "When its bytes were found whole and right"),
        Column("generation", Kind.INTEGER, "Order in which versions were stored, the newest highest"),
        Column("is_cleaned", Kind.BOOLEAN, "Whether what it left in the store was removed", is_nullable=False),
    ),
    key=("version_id",),
    unique=(("generation",),),
    indexed=(("project", "name", "generation"), ("state", "is_cleaned", "signed_until_at")),
    refers=(("project", "objects.projects"),),
)
NAMES = Table(
    "objects",
    "registry",
    "names",
    "Every name of a project and the version that is current under it",
    (
        _PROJECT,
        _NAME,
        Column("skeleton", Kind.TEXT, "What it shares with names that look like it", is_nullable=False),
        Column("version_id", Kind.UUID, "The current version; NULL until the first one is stored"),
        Column("deleted_at", Kind.TIMESTAMP, "When it was deleted; it can be restored"),
        Column("deleted_by", Kind.TEXT, "Who deleted it"),
    ),
    key=("project", "name"),
    unique=(("project", "skeleton"),),
    refers=(("project", "objects.projects"), ("version_id", "objects.versions")),
)
PARTS = Table(
    "objects",
    "registry",
    "parts",
    "What was promised of each part of a pending upload",
    (
        _VERSION_ID,
        Column("number", Kind.INTEGER, "Place in the whole, from 1", is_nullable=False),
        Column("size_bytes", Kind.INTEGER, "Size of the part", is_nullable=False),
        Column("sha256", Kind.TEXT, "Hash of the part", is_nullable=False),
    ),
    key=("version_id", "number"),
    refers=(("version_id", "objects.versions"),),
)
EVENTS = Table(
    "objects",
    "registry",
    "events",
    "Announcements by buckets that were acted upon, so that a repeated one is known",
    (
        Column("bucket", Kind.TEXT, "The bucket", is_nullable=False),
        Column("key", Kind.TEXT, "Key of the object in it", is_nullable=False),
        Column("version", Kind.TEXT, "Its version or sequencer, as the bucket names it", is_nullable=False),
        Column("project", Kind.TEXT, "Name of the project", is_nullable=False),
        Column("version_id", Kind.UUID, "The version it announced", is_nullable=False),
        Column("outcome", Kind.TEXT, "State of the version afterwards", is_nullable=False),
        Column("seen_at", Kind.TIMESTAMP, "When it was acted upon", is_nullable=False),
    ),
    key=("bucket", "key", "version"),
    indexed=(("seen_at",),),
)
TABLES = (PROJECTS, VERSIONS, NAMES, PARTS, EVENTS)
