"""What tables of lustre share: columns, and that those of a dump are cut by its date and volume."""

from grt_platform.kernel.table import Column, Kind, Table

SYSTEM = "lustre"
PARTITION = ("dumped_on", "volume")
DUMPED_ON = Column("dumped_on", Kind.DATE, "Date of the dump, as its name says", is_nullable=False)
VOLUME = Column("volume", Kind.TEXT, "Name of the volume, such as `scratch114`", is_nullable=False)
GID = Column("gid", Kind.INTEGER, "Numeric id of the group", is_nullable=False)
PATH = Column("path", Kind.BYTES, "Absolute path, its bytes as they are on the volume", is_nullable=False)
GROUP_NAME = Column("group_name", Kind.TEXT, "Name of the group; NULL where no directory knows its gid")
PI = Column("pi", Kind.TEXT, "Surname of the principal investigator; NULL where there is none")
IS_HUMGEN = Column("is_humgen", Kind.BOOLEAN, "Whether it is a group of human genetics", is_nullable=False)
USED = Column(
    "used_bytes", Kind.INTEGER, "Allocated bytes, those of a hard link shared by its links", is_nullable=False
)
USED_BY_FILES = Column(
    "used_bytes", Kind.INTEGER, "Allocated bytes of regular files, those of a hard link shared", is_nullable=False
)
INODES = Column("inodes", Kind.INTEGER, "Entries of every type", is_nullable=False)
FILES = Column("files", Kind.INTEGER, "Regular files with at least one link", is_nullable=False)
LAST_MODIFIED = Column(
    "last_modified_at", Kind.TIMESTAMP, "Newest modification not after the dump; NULL where all are later or absurd"
)
LAST_MODIFIED_DAYS = Column("last_modified_days", Kind.FLOAT, "Days from last_modified_at to the dump, one decimal")
CLASSES = Column(
    "class_bytes", Kind.JSON, "Used bytes by file class, `{class: bytes}`, of those that occur; NULL for none"
)
AGES = ("under_1m", "1m_2m", "2m_6m", "6m_1y", "1y_2y", "2y_3y", "3y_5y", "5y_7y", "over_7y")
"""Buckets of the age of a modification when dumped: months of 30 days, years of 365; the future is young."""


def of_dump(
    layer: str,
    noun: str,
    description: str,
    *columns: Column,
    key: tuple[str, ...] | None = None,
    private: bool = False,
    indexed: tuple[tuple[str, ...], ...] = (),
) -> Table:
    """A table of one volume's dump of one day."""
    full, cells = () if key is None else (*PARTITION, *key), (DUMPED_ON, VOLUME, *columns)
    return Table(SYSTEM, layer, noun, description, cells, PARTITION, full, private, indexed=indexed)
