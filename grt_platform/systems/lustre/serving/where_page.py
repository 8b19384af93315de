"""The page of where the data is: a treemap by size or count, coloured by age, and the same as a table to go down by."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.lustre.serving import page_columns, queries
from grt_platform.systems.lustre.serving.page_columns import AGES, address, age_of
from grt_platform.systems.lustre.serving.page_parts import DumpDate, mounted, pages
from grt_platform.web import shown
from grt_platform.web.listing import Listed, View
from grt_platform.web.treemap import Tile, squarified

router = APIRouter()
_WIDTH, _HEIGHT = 1000.0, 520.0
_MOST_TILES = 60
_LEAST_LABEL = (70.0, 34.0)
_LETTER, _LINE = 7.6, 17.0
Measure = Literal["size", "count"]
Share = Literal["class", "age", "group", "user"]
_MEASURES = {"size": "used_bytes", "count": "inodes"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which directory, at which date, areas by what, and what it holds by what."""

    path: str
    on: date | None
    by: Measure
    of: Share

    @property
    def question(self) -> queries.Question:
        """For the lake: the directory and as many below it as there are tiles."""
        return queries.Question(self.path, self.on, 1, None, _MOST_TILES + 1, _MEASURES[self.by])


def _asked(
    on: DumpDate, path: Annotated[str, Query(max_length=8192)] = "", by: Measure = "size", of: Share = "age"
) -> _Asked:
    return _Asked(path, on, by, of)


@router.get("/where")
def where(request: Request, view: View, asked: Annotated[_Asked, Depends(_asked)]) -> Response:
    """A directory and those below it; without a path the volumes to begin with."""
    if not asked.path:
        return view.answer(pages, "where_from.html", {"volumes": _volumes()})
    itself, *inside = _answer(request, asked.question)
    tables = {"directories": _directories(request, asked), "shares": _shares(request, asked)}
    known: dict[str, Any] = {
        "itself": itself,
        "crumbs": _crumbs(itself["path"], asked.on),
        "tiles": tiles(itself, inside, asked.by, asked.on),
        "size": (_WIDTH, _HEIGHT),
        "ages": list(enumerate(AGES.values())),
        "asked": asked,
    }
    return view.answer(pages, "where.html", tables, **known)


def tiles(itself: Row, inside: list[Row], by: Measure, on: date | None) -> list[dict[str, Any]]:
    """The largest directories as rectangles with a link, a label and a colour; what is in none of them is the last one.

    Args:
        itself: The directory.
        inside: Those directly below it, the largest first.
        by: What the areas are.
        on: The date the links keep.
    """
    measure, form = _MEASURES[by], shown.size if by == "size" else shown.number
    rest = max(0, itself[measure] - sum(row[measure] for row in inside))
    named = [
        (row["path"].rpartition("/")[2], row[measure], _shade(row), address("where", path=row["path"], date=on, by=by))
        for row in inside
    ]
    whole = sorted([*named, ("files here and smaller directories", rest, "none", "")], key=lambda each: -each[1])
    laid = squarified([held for _, held, _, _ in whole], _WIDTH, _HEIGHT)
    return [
        {**tile._asdict(), "name": name, "held": form(held), "shade": shade, "address": link, "label": _cut(name, tile)}
        for (name, held, shade, link), tile in zip(whole, laid, strict=True)
        if tile.width
    ]


def _cut(name: str, tile: Tile) -> str:
    """As much of a name as a rectangle has room for; empty where it is too small for any."""
    if tile.width < _LEAST_LABEL[0] or tile.height < _LEAST_LABEL[1]:
        return ""
    room = int((tile.width - 12) / _LETTER)
    return name if len(name) <= room else name[: room - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _shade(row: Row) -> str:
    age = age_of(row)
    return str(list(AGES).index(age)) if age else "none"


def _answer(request: Request, question: queries.Question) -> list[Row]:
    from grt_platform.adapters.lake import Lake
    from grt_platform.systems.lustre.serving.where import answer

    rows = answer(request.app.state.warehouse, Lake(request.app.state.stores["lake"]), question)
    if question.by is not None:
        return rows
    return [{**row, "age": AGES.get(age_of(row), "")} for row in rows]


def _directories(request: Request, asked: _Asked) -> Listed:
    def fetch(_database: Database, page: Page) -> list[Row]:
        last = page.offset + page.limit + 1  # the first row is the directory itself
        return _answer(request, asked.question.first(last))[page.offset + 1 : last]

    title = f"Directories below it, the largest by {asked.by} first"
    return Listed(title, page_columns.DIRECTORIES, fetch, "No directory is below it.")


def _shares(request: Request, asked: _Asked) -> Listed:
    counted = page_columns.COUNTED if asked.of in {"group", "user"} else ()
    columns = (*page_columns.SHARES[asked.of], *page_columns.SHARE, *counted)

    def fetch(_database: Database, page: Page) -> list[Row]:
        last = page.offset + page.limit
        return _answer(request, asked.question.of(asked.of).first(last))[page.offset : last]

    return Listed(f"All of it by {asked.of}", columns, fetch)


def _volumes() -> Listed:
    def fetch(database: Database, page: Page) -> list[Row]:
        rows = [{**row, "path": mounted(row["volume"])} for row in queries.volumes(database)]
        return rows[page.offset : page.offset + page.limit]

    return Listed("Where to begin", page_columns.VOLUMES, fetch, "No dump is loaded.")


def _crumbs(path: str, on: date | None) -> list[tuple[str, str]]:
    """The directories that lead to a path, each with its address."""
    names = [name for name in path.split("/") if name]
    return [(name, address("where", path="/" + "/".join(names[: n + 1]), date=on)) for n, name in enumerate(names)]
