r"""The tables that scripts of old read: the report of all groups, and that of project directories; tab-separated text.

Neither knows quotation: a double quote stands for itself, and what would end a field or a line (tab, newline, any other
control character) is written as `\xNN`, so that a row always has its columns whatever a name holds.
"""

import json
from collections.abc import Iterable, Sequence

import polars as pl

from grt_platform.systems.lustre.logic.iec import humanise, plain_days

REPORT_COLUMNS = (
    "Lustre Volume",
    "PI",
    "Unix Group",
    "Used (bytes)",
    "Quota (bytes)",
    "Last Modified (days)",
    "Archived Directories",
    "Is Humgen?",
)
_HEADINGS = {"PEDBED": "PED/BED"}
_NONE = "-"


def report_tsv(rows: pl.DataFrame, volumes: Sequence[str]) -> bytes:
    """The report of a date, `report-<date>.tsv`, in the eight columns it always had; lines end with CRLF.

    Rows come by volume, then by investigator, those without first, then by group. A group nobody knows goes by its
    gid. As ever there is no row for what uses nothing and was never modified.

    Args:
        rows: `product/group_usage` of one date.
        volumes: In which order they come; others are left out.
    """
    wanted = rows.filter(pl.col("volume").is_in(list(volumes)))
    kept = wanted.filter((pl.col("used_bytes") > 0) | pl.col("last_modified_at").is_not_null())
    place = {volume: number for number, volume in enumerate(volumes)}
    lines = [
        (
            row["volume"],
            _text(row["pi"]),
            _text(row["group_name"] or str(row["gid"])),
            str(row["used_bytes"]),
            _text(row["quota_bytes"]),
            plain_days(row["last_modified_days"]),
            _text(row["archived_dirs"]),
            str(row["is_humgen"]),
        )
        for row in sorted(
            kept.iter_rows(named=True),
            key=lambda row: (
                place[row["volume"]],
                row["pi"] is not None,
                (row["pi"] or "").encode(),
                (row["group_name"] or str(row["gid"])).encode(),
                row["gid"],
            ),
        )
    ]
    return _tsv([REPORT_COLUMNS, *lines], "\r\n")


def projects_tsv(rows: pl.DataFrame, classes: Sequence[str], *, has_header: bool = True) -> bytes:
    """The table of the project inspector: project, directory (`Total` for the whole project), sizes by class; LF.

    Args:
        rows: `product/project_usage` of one date.
        classes: Names of the file classes in their order.
        has_header: Whether the first line names the columns.
    """
    headings = [_HEADINGS.get(name, name) for name in classes]
    header = ("Project", "Directory", "Total", *headings, "Files", "Last Modified (days)", "PI", "Unix Group", "Volume")
    lines = [
        _project(row, classes)
        for row in rows.sort("area", "project", "directory", "volume", maintain_order=True).iter_rows(named=True)
    ]
    return _tsv([header, *lines] if has_header else lines, "\n")


def _project(row: dict[str, object], classes: Sequence[str]) -> tuple[str, ...]:
    by_class = json.loads(str(row["class_bytes"] or "{}"))
    days = row["last_modified_days"]
    return (
        _text(f"{row['area']}/{row['project']}"),
        _text(row["directory"] or "Total"),
        humanise(int(str(row["used_bytes"]))),
        *(humanise(by_class.get(name, 0)) for name in classes),
        str(row["files"]),
        _NONE if days is None else str(days),
        _text(row["pi"]),
        _text(row["group_name"]),
        str(row["volume"]),
    )


def _tsv(lines: Iterable[Sequence[str]], end: str) -> bytes:
    return "".join("\t".join(line) + end for line in lines).encode()


def _text(value: object) -> str:
    """A field; `-` for none."""
    if value is None:
        return _NONE
    text = str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
