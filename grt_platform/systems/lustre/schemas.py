"""Every table of lustre, written once: Parquet schema, DDL, Dagster columns, docs and checks come from here."""

from grt_platform.kernel.accounts import ledger_table, quarantine_table
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.systems.lustre.columns import (
    AGES,
    CLASSES,
    DUMPED_ON,
    FILES,
    GID,
    GROUP_NAME,
    INODES,
    IS_HUMGEN,
    LAST_MODIFIED,
    LAST_MODIFIED_DAYS,
    PATH,
    PI,
    SYSTEM,
    USED,
    USED_BY_FILES,
    VOLUME,
    of_dump,
)

ENTRIES = of_dump(
    "table",
    "entries",
    "One row per inode line of a dump, in the order of the dump; hard links are one row each; private, it holds paths",
    Column(
        "dir", Kind.BYTES, "Directory that it lies in, its own path for one; without `/` at its end", is_nullable=False
    ),
    Column("name", Kind.BYTES, "Path after its last `/`; empty for a directory", is_nullable=False),
    Column("size_bytes", Kind.INTEGER, "Allocated size as the dump tells it", is_nullable=False),
    Column("uid", Kind.INTEGER, "Numeric id of the owner", is_nullable=False),
    GID,
    Column("atime_s", Kind.INTEGER, "Last access, Unix time; any number, as scanned", is_nullable=False),
    Column("mtime_s", Kind.INTEGER, "Last modification, Unix time; any number, as scanned", is_nullable=False),
    Column("ctime_s", Kind.INTEGER, "Last change of the inode, Unix time as scanned; NULL where it is mtime_s"),
    Column(
        "type",
        Kind.TEXT,
        "`f` file, `d` directory, `l` link, `s` socket, `b` `c` devices, `F` FIFO, `X` other",
        is_nullable=False,
    ),
    Column("file_class", Kind.TEXT, "First class that its name fits; NULL for none, or what is no regular file"),
    Column("inode", Kind.INTEGER, "Inode number; those from 2^63 on are shown minus 2^64", is_nullable=False),
    Column("nlink", Kind.INTEGER, "Hard links; 0 for one that was deleted during the scan", is_nullable=False),
    Column("dev", Kind.INTEGER, "Device number, the same for a whole volume", is_nullable=False),
    Column("apparent_size_bytes", Kind.INTEGER, "Apparent size; NULL in dumps without it"),
    private=True,
)
LEDGER = ledger_table(SYSTEM, (DUMPED_ON, VOLUME), ("source",))
QUARANTINE = quarantine_table(SYSTEM, (DUMPED_ON, VOLUME))
VOLUME_TOTALS = of_dump(
    "table",
    "volume_totals",
    "One row per loaded dump: what it held in all",
    Column("source", Kind.TEXT, "Name of the dump", is_nullable=False),
    Column("version", Kind.TEXT, "Content hash of the dump", is_nullable=False),
    Column("received_at", Kind.TIMESTAMP, "When the platform first saw these bytes", is_nullable=False),
    Column("as_of_at", Kind.TIMESTAMP, "Last second of the dump's date, from which ages count", is_nullable=False),
    Column("form", Kind.TEXT, "`mpistat` (base64 paths) or `wrstat` (quoted paths)", is_nullable=False),
    Column("lines", Kind.INTEGER, "Lines of the dump", is_nullable=False),
    Column("entries", Kind.INTEGER, "Lines that became entries", is_nullable=False),
    Column("quarantined", Kind.INTEGER, "Lines set aside", is_nullable=False),
    USED,
    FILES,
    Column("directories", Kind.INTEGER, "Entries that are directories", is_nullable=False),
    Column("groups", Kind.INTEGER, "Distinct gids", is_nullable=False),
    Column("users", Kind.INTEGER, "Distinct uids", is_nullable=False),
    key=(),
)
GROUP_TOTALS = of_dump(
    "table",
    "group_totals",
    "What each gid uses, as scanned: the numbers of group_usage before names and quotas join them; kept in the lake",
    GID,
    USED,
    INODES,
    FILES,
    LAST_MODIFIED,
    key=("gid",),
    private=True,
)
PROJECT = (
    Column("area", Kind.TEXT, "Area it lies in, such as `projects`", is_nullable=False),
    Column("project", Kind.TEXT, "Project: first directory below the area, as readable text", is_nullable=False),
    Column("directory", Kind.TEXT, "Directory in the project, readable; empty for the project", is_nullable=False),
)
PROJECT_KEY = tuple(column.name for column in PROJECT)
DEPTH = Column("depth", Kind.INTEGER, "Parts of the path: 2 for `/lustre/scratch114`", is_nullable=False)
OWNER_GID = Column("owner_gid", Kind.INTEGER, "Group of the directory, else the group with most bytes in it")
PROJECT_TOTALS = of_dump(
    "table",
    "project_totals",
    "What each project directory holds, itself and all below it, as scanned, before names join it; kept in the lake",
    *PROJECT,
    OWNER_GID,
    USED_BY_FILES,
    FILES,
    LAST_MODIFIED,
    CLASSES,
    key=PROJECT_KEY,
    private=True,
)
USER_USAGE = of_dump(
    "product",
    "user_usage",
    "What each user uses in each group",
    Column("uid", Kind.INTEGER, "Numeric id of the user", is_nullable=False),
    GID,
    USED,
    INODES,
    FILES,
    LAST_MODIFIED,
    key=("uid", "gid"),
)
TREE = of_dump(
    "product",
    "tree",
    "Every directory with the sums of all below it, sorted by depth and path; private, it holds paths",
    DEPTH,
    PATH,
    USED,
    Column("file_bytes", Kind.INTEGER, "The part of used_bytes that is in regular files", is_nullable=False),
    INODES,
    FILES,
    LAST_MODIFIED,
    Column("oldest_accessed_at", Kind.TIMESTAMP, "Oldest last access of an entry; NULL where all are absurd"),
    *(
        Column(f"age_{age}_bytes", Kind.INTEGER, f"Used bytes whose last change is of age {age}", is_nullable=False)
        for age in AGES
    ),
    CLASSES,
    key=("path",),
    private=True,
)

GROUP_USAGE = of_dump(
    "product",
    "group_usage",
    "What each group uses of a volume, with its quotas and when it last wrote",
    GID,
    GROUP_NAME,
    PI,
    IS_HUMGEN,
    USED,
    INODES,
    FILES,
    Column("quota_bytes", Kind.INTEGER, "Hard limit of its bytes; 0 is unlimited, NULL unknown"),
    Column("inode_quota", Kind.INTEGER, "Hard limit of its inodes; 0 is unlimited, NULL unknown"),
    Column(
        "used_fraction",
        Kind.FLOAT,
        "Share of the quota that is used: used_bytes / quota_bytes; NULL where unlimited or unknown",
    ),
    LAST_MODIFIED,
    LAST_MODIFIED_DAYS,
    Column("archived_dirs", Kind.TEXT, "Directory of the group that is archived; NULL where none is known"),
    Column("groups_taken_at", Kind.TIMESTAMP, "When the snapshot that names came from was taken; NULL for none"),
    Column("quotas_taken_at", Kind.TIMESTAMP, "When the snapshot that quotas came from was taken; NULL for none"),
    key=("gid",),
    indexed=(("gid", "dumped_on"),),
)
PROJECT_USAGE = of_dump(
    "product",
    "project_usage",
    "What each project directory holds, itself and all below it, by file class, with its owner",
    *PROJECT,
    OWNER_GID,
    GROUP_NAME,
    PI,
    USED_BY_FILES,
    FILES,
    LAST_MODIFIED,
    LAST_MODIFIED_DAYS,
    CLASSES,
    key=PROJECT_KEY,
)
FORECASTS = Table(
    SYSTEM,
    "product",
    "forecasts",
    "When each group will exceed its quotas on a volume, from the history up to the volume's newest dump",
    (
        VOLUME,
        GID,
        GROUP_NAME,
        PI,
        Column("dumped_on", Kind.DATE, "Date of the newest dump that was used", is_nullable=False),
        Column("points", Kind.INTEGER, "Dumps that the line was laid through", is_nullable=False),
        USED,
        Column("quota_bytes", Kind.INTEGER, "Hard limit of its bytes; 0 is unlimited, NULL unknown"),
        Column("bytes_per_day", Kind.FLOAT, "Growth in a day; NULL where there is one dump only"),
        Column("space_exceeded_on", Kind.DATE, "When its bytes reach the limit; NULL for never or beyond the horizon"),
        INODES,
        Column("inode_quota", Kind.INTEGER, "Hard limit of its inodes; 0 is unlimited, NULL unknown"),
        Column("inodes_per_day", Kind.FLOAT, "Growth in a day; NULL where there is one dump only"),
        Column(
            "inodes_exceeded_on", Kind.DATE, "When its inodes reach the limit; NULL for never or beyond the horizon"
        ),
        Column("fraction_in_3_days", Kind.FLOAT, "Larger of both used fractions expected in 3 days"),
        Column("fraction_in_7_days", Kind.FLOAT, "Larger of both used fractions expected in 7 days"),
        Column("warning_level", Kind.INTEGER, "1 is fine; from 2 on the settings tell", is_nullable=False),
        Column("warning", Kind.TEXT, "Name of the level", is_nullable=False),
    ),
    ("volume",),
    ("volume", "gid"),
)
DAYS = Table(
    SYSTEM,
    "product",
    "days",
    "Whether all volumes of a date are there",
    (
        DUMPED_ON,
        Column("expected", Kind.INTEGER, "Volumes that were to come", is_nullable=False),
        Column("loaded", Kind.INTEGER, "Volumes that are loaded", is_nullable=False),
        Column("rejected", Kind.INTEGER, "Volumes whose only dumps were rejected", is_nullable=False),
        Column("is_complete", Kind.BOOLEAN, "Whether every expected volume is loaded", is_nullable=False),
        Column(
            "missing", Kind.TEXT, "Expected volumes that are not loaded, by commas; empty for none", is_nullable=False
        ),
        Column("used_bytes", Kind.INTEGER, "Used bytes of the loaded volumes", is_nullable=False),
        Column("inodes", Kind.INTEGER, "Entries of the loaded volumes", is_nullable=False),
    ),
    ("dumped_on",),
    ("dumped_on",),
)
REPORT_FILES = Table(
    SYSTEM,
    "product",
    "report_files",
    "Reports of a date as files below `lustre/reports/` in the store of products",
    (
        DUMPED_ON,
        Column("file", Kind.TEXT, "Name of the file", is_nullable=False),
        Column("volumes", Kind.TEXT, "Volumes in it, by commas", is_nullable=False),
        Column("rows", Kind.INTEGER, "Rows in it", is_nullable=False),
        Column("size_bytes", Kind.INTEGER, "Size of the file", is_nullable=False),
        Column("sha256", Kind.TEXT, "Content hash of the file", is_nullable=False),
    ),
    ("dumped_on",),
    ("dumped_on", "file"),
)
GROUP_SPLITS = Table(
    SYSTEM,
    "product",
    "group_splits",
    "The files of a date's split by group, as its index lists them",
    (
        DUMPED_ON,
        Column("file", Kind.TEXT, "Name of the file below `lustre/splits/<date>/`", is_nullable=False),
        GID,
        GROUP_NAME,
        Column("lines", Kind.INTEGER, "Lines in it", is_nullable=False),
        Column("directories", Kind.INTEGER, "Lines of directories in it", is_nullable=False),
        Column("size_bytes", Kind.INTEGER, "Size of the file", is_nullable=False),
        Column("sha256", Kind.TEXT, "Content hash of the file", is_nullable=False),
        Column("build_s", Kind.FLOAT, "Seconds that a tree server is expected to take for it", is_nullable=False),
        Column("memory_bytes", Kind.INTEGER, "Memory that a tree server is expected to take for it", is_nullable=False),
    ),
    ("dumped_on",),
    ("dumped_on", "file"),
)

LEADERS = Table(
    SYSTEM,
    "registry",
    "leaders",
    "Who leads which group, as administrators said: leaders see what their groups use; not rebuilt from raw",
    (
        Column("user_id", Kind.UUID, "The person", is_nullable=False),
        GID,
        Column("granted_by", Kind.TEXT, "Name of the administrator who said so", is_nullable=False),
        Column("granted_at", Kind.TIMESTAMP, "When", is_nullable=False),
    ),
    key=("user_id", "gid"),
    refers=(("user_id", "identity.users"),),
)

SCANNED_TABLES = (ENTRIES, VOLUME_TOTALS, GROUP_TOTALS, PROJECT_TOTALS, USER_USAGE, TREE)
"""What one pass over a dump makes."""
RESUMMED = frozenset((GROUP_TOTALS, USER_USAGE, PROJECT_TOTALS, TREE))
"""What can be made again from the entries alone."""
ACCOUNTS = (QUARANTINE, LEDGER)
JOINED = (GROUP_USAGE, PROJECT_USAGE)
OF_DUMP = (*SCANNED_TABLES, *JOINED)
"""What there is of a dump that is loaded; nothing of it is there of one that is rejected."""
OF_DATE = (DAYS, REPORT_FILES, GROUP_SPLITS)
TABLES = (*OF_DUMP, *ACCOUNTS, *OF_DATE, FORECASTS)
SERVED_TABLES = tuple(table.served() for table in TABLES if not table.is_private)
