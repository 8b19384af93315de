"""Asks the lake where data is: the tree and the entries of the newest dump, or of one date."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from grt_platform.adapters.database import Database
from grt_platform.adapters.lake import Lake
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Row
from grt_platform.systems.lustre.logic import where
from grt_platform.systems.lustre.logic.paths import path_bytes
from grt_platform.systems.lustre.schemas import ENTRIES, TREE
from grt_platform.systems.lustre.serving.queries import Question


@dataclass(frozen=True, slots=True)
class Place:
    """A directory on a volume, at a date."""

    dumped_on: date
    volume: str
    path: bytes

    @property
    def partition(self) -> dict[str, str]:
        """The partition it is in."""
        return {"dumped_on": self.dumped_on.isoformat(), "volume": self.volume}


def answer(database: Database, lake: Lake, question: Question) -> list[Row]:
    """The rows of the answer, each with the date and volume it is from.

    Raises:
        BadInputError: No loaded dump has such a directory, or it is no absolute path.
    """
    place, itself = find(database, lake, question.path, question.dumped_on)
    match question.by:
        case None:
            rows = below(lake, place, question)
        case "age":
            rows = where.by_age(itself)
        case "class":
            rows = where.by_class(itself)
        case by:
            rows = shares(database, lake, place, by)[: question.limit]
    return [{"dumped_on": place.dumped_on, "volume": place.volume, **row} for row in rows]


def find(database: Database, lake: Lake, text: str, dumped_on: date | None) -> tuple[Place, Row]:
    """The directory of this path in the newest dump that has it (of one date, where it is given), with its sums.

    Args:
        database: Where loaded dumps are listed.
        lake: Where their trees are.
        text: The path as `path_text` writes it.
        dumped_on: The date of the dump.

    Raises:
        BadInputError: No loaded dump has such a directory.
    """
    path = _path(text)
    sql = """
        SELECT max(dumped_on) AS dumped_on, volume FROM lustre.volume_totals
        WHERE (%(on)s::date IS NULL OR dumped_on = %(on)s) GROUP BY volume ORDER BY 1 DESC, 2"""
    for known in database.fetch(sql, {"on": dumped_on}):
        place = Place(known["dumped_on"], known["volume"], path)
        rows = where.below(lake.scan(TREE, place.partition), path, 0).collect().to_dicts()
        if rows:
            return place, rows[0]
    when = f"of {dumped_on}" if dumped_on else "that is loaded"
    raise BadInputError(f"No dump {when} has a directory {text}; `grt lustre days` lists what is loaded")


def below(lake: Lake, place: Place, question: Question) -> list[Row]:
    """The directory and the largest below it, down to a depth."""
    tree = lake.scan(TREE, place.partition)
    rows = where.below(tree, place.path, question.depth, question.order).head(question.limit)
    return [where.shown(row) for row in rows.collect().to_dicts()]


def shares(database: Database, lake: Lake, place: Place, by: str) -> list[Row]:
    """What each group (with its name) or user has there."""
    found = where.shares(lake.scan(ENTRIES, place.partition), place.path, by).collect(engine="streaming")
    if by == "user":
        return found.to_dicts()
    sql = "SELECT gid, group_name FROM lustre.group_usage WHERE dumped_on = %(dumped_on)s AND volume = %(volume)s"
    names = database.fetch(sql, place.partition)
    known = pl.DataFrame(names, schema={"gid": pl.Int64, "group_name": pl.String})
    joined = found.join(known, on="gid", how="left", maintain_order="left")
    return joined.select("gid", "group_name", "used_bytes", "inodes", "files").to_dicts()


def _path(text: str) -> bytes:
    path = path_bytes(text)
    if not path.startswith(b"/"):
        raise BadInputError(f"{text} is no absolute path: begin it with /")
    return path.rstrip(b"/")
