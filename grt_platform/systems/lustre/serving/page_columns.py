"""The tables of lustre's pages: their columns, and where a cell leads."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from grt_platform.serving.page import Row
from grt_platform.web import shown
from grt_platform.web.listing import Col

HOME = "/pages/lustre"


def address(page: str, **values: Any) -> str:
    """The address of a page with these values, without those that are None."""
    return f"{HOME}/{page}?{urlencode({name: value for name, value in values.items() if value is not None})}"


AGES = {
    "under_1m": "less than a month",
    "1m_2m": "1 to 2 months",
    "2m_6m": "2 to 6 months",
    "6m_1y": "6 months to a year",
    "1y_2y": "1 to 2 years",
    "2y_3y": "2 to 3 years",
    "3y_5y": "3 to 5 years",
    "5y_7y": "5 to 7 years",
    "over_7y": "more than 7 years",
}
"""The buckets of ages in words, the youngest first."""


def age_of(row: Row) -> str:
    """The bucket in which the median of a directory's bytes by age lies, empty where it holds none."""
    left = sum(row[f"age_{age}_bytes"] for age in AGES) / 2
    for age in AGES if left else ():
        left -= row[f"age_{age}_bytes"]
        if left <= 0:
            return age
    return ""


def classes(value: Mapping[str, int] | None) -> str:
    """The three file classes with most bytes."""
    largest = sorted((value or {}).items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} {shown.size(held)}" for name, held in largest)


def _yes_or_no(value: object) -> str:
    return "yes" if value else "no"


def _named(value: str | None) -> str:
    return value or "no name"


def _group_address(row: Row) -> str:
    return address("group", group=row["gid"])


def _owner_address(row: Row) -> str:
    return "" if row["owner_gid"] is None else address("group", group=row["owner_gid"])


def group_columns(mark: Mapping[int, str]) -> tuple[Col, ...]:
    """Of groups against their quotas.

    Args:
        mark: `good`, `warn` or `bad` by warning level.
    """
    return (
        Col("group_name", "Group", _named, link=_group_address, sort="name"),
        Col("gid", "Number", is_number=True),
        Col("volume", "Volume"),
        Col("pi", "Investigator"),
        Col("warning", "Status", mark=lambda row: mark.get(row["warning_level"], ""), sort="status"),
        Col("used_bytes", "Used", shown.size, is_number=True, sort="used"),
        Col("quota_bytes", "Hard limit", shown.limit, is_number=True),
        Col("used_fraction", "Share", shown.percent, is_number=True, sort="share"),
        Col("space_exceeded_on", "Full on", shown.day),
        Col("inodes", "Inodes", shown.number, is_number=True, sort="inodes"),
        Col("inodes_exceeded_on", "Inodes full on", shown.day),
        Col("last_modified_days", "Days unchanged", shown.number, is_number=True, sort="unchanged"),
        Col("dumped_on", "Dump of", shown.day),
    )


HISTORY = (
    Col("dumped_on", "Dump of", shown.day),
    Col("volume", "Volume"),
    Col("gid", "Number", is_number=True),
    Col("used_bytes", "Used", shown.size, is_number=True),
    Col("quota_bytes", "Hard limit", shown.limit, is_number=True),
    Col("used_fraction", "Share", shown.percent, is_number=True),
    Col("inodes", "Inodes", shown.number, is_number=True),
    Col(
        "inode_quota",
        "Limit of inodes",
        lambda value: "unlimited" if value == 0 else shown.number(value),
        is_number=True,
    ),
)
FORECASTS = (
    Col("volume", "Volume"),
    Col("gid", "Number", is_number=True),
    Col("used_bytes", "Used", shown.size, is_number=True),
    Col("bytes_per_day", "Growth in a day", shown.size, is_number=True),
    Col("quota_bytes", "Hard limit", shown.limit, is_number=True),
    Col("space_exceeded_on", "Full on", shown.day),
    Col("inodes_exceeded_on", "Inodes full on", shown.day),
    Col("expected_on", "On", shown.day),
    Col("expected_bytes", "expected", shown.size, is_number=True),
    Col("expected_fraction", "of the limit", shown.percent, is_number=True),
    Col("expected_inodes", "inodes", shown.number, is_number=True),
    Col("expected_inode_fraction", "of their limit", shown.percent, is_number=True),
)
PROJECTS = (
    Col("project", "Project", link=lambda row: address("projects", project=row["project"]), is_long=True, sort="name"),
    Col("directory", "Directory", is_long=True),
    Col("area", "Area"),
    Col("volume", "Volume"),
    Col("group_name", "Group", _named, link=_owner_address),
    Col("pi", "Investigator"),
    Col("used_bytes", "Files hold", shown.size, is_number=True, sort="used"),
    Col("files", "Files", shown.number, is_number=True),
    Col("class_bytes", "Of them", classes, is_long=True),
    Col("last_modified_days", "Days unchanged", shown.number, is_number=True, sort="unchanged"),
    Col("dumped_on", "Dump of", shown.day),
)
DIRECTORIES = (
    Col("path", "Directory", link=lambda row: address("where", path=row["path"], date=row["dumped_on"]), is_long=True),
    Col("used_bytes", "Used", shown.size, is_number=True),
    Col("inodes", "Inodes", shown.number, is_number=True),
    Col("files", "Files", shown.number, is_number=True),
    Col("age", "Half of it unchanged for"),
    Col("last_modified_at", "Last changed", shown.day),
    Col("oldest_accessed_at", "Oldest access", shown.day),
)
SHARES = {
    "group": (Col("group_name", "Group"), Col("gid", "Number", is_number=True)),
    "user": (Col("uid", "User", is_number=True),),
    "class": (Col("class", "File class", lambda value: value or "no class"),),
    "age": (Col("age", "Unchanged for", lambda value: AGES.get(value, value)),),
}
SHARE = (Col("used_bytes", "Used", shown.size, is_number=True),)
COUNTED = (Col("inodes", "Inodes", shown.number, is_number=True), Col("files", "Files", shown.number, is_number=True))
VOLUMES = (
    Col("volume", "Volume", link=lambda row: address("where", path=row["path"])),
    Col("path", "Mounted at"),
    Col("dumped_on", "Newest dump", shown.day),
    Col("used_bytes", "Used", shown.size, is_number=True),
    Col("files", "Files", shown.number, is_number=True),
    Col("directories", "Directories", shown.number, is_number=True),
    Col("groups", "Groups", shown.number, is_number=True),
    Col("users", "Users", shown.number, is_number=True),
    Col("quarantined", "Lines set aside", shown.number, is_number=True),
)
DAYS = (
    Col("dumped_on", "Date", shown.day),
    Col("is_complete", "Complete", _yes_or_no, mark=lambda row: "good" if row["is_complete"] else "warn"),
    Col("loaded", "Loaded", shown.number, is_number=True),
    Col("expected", "Expected", shown.number, is_number=True),
    Col("rejected", "Rejected", shown.number, is_number=True),
    Col("missing", "Missing", is_long=True),
)
REPORTS = (
    Col("dumped_on", "Date", shown.day),
    Col("file", "File", link=lambda row: f"{HOME}/files/report_files/{row['dumped_on']}/{row['file']}"),
    Col("volumes", "Volumes"),
    Col("rows", "Rows", shown.number, is_number=True),
    Col("size_bytes", "Size", shown.size, is_number=True),
)
SPLITS = (
    Col("dumped_on", "Date", shown.day),
    Col("file", "File", link=lambda row: f"{HOME}/files/group_splits/{row['dumped_on']}/{row['file']}"),
    Col("group_name", "Group"),
    Col("lines", "Lines", shown.number, is_number=True),
    Col("directories", "Directories", shown.number, is_number=True),
    Col("size_bytes", "Size", shown.size, is_number=True),
    Col("memory_bytes", "Memory of a tree server", shown.size, is_number=True),
)
