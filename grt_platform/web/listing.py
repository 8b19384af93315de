"""Tables on pages: a page of rows at a time, in the order somebody chose, and the whole of them as CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page, Row
from grt_platform.web import shown
from grt_platform.web.csv_download import csv_download
from grt_platform.web.render import Pages

MOST_ROWS = 500
_UNBROKEN = (shown.day, shown.moment)


@dataclass(frozen=True, slots=True)
class Col:
    """A column of a table on a page.

    Attributes:
        name: Of the column of the rows; in the CSV it keeps this name and the plain value.
        title: What people read above it.
        form: The value as people see it.
        is_number: Whether it stands to the right.
        is_long: Whether its texts may be long and without spaces, as paths and ids are.
        link: The address that a row's cell leads to, empty for none.
        mark: A word of the style sheet for a row's cell: `good`, `warn`, `bad`; empty for none.
        sort: The word of the page's `sort` that orders by it; empty where it cannot be ordered by.
    """

    name: str
    title: str
    form: Callable[[Any], str] = shown.text
    is_number: bool = False
    is_long: bool = False
    link: Callable[[Row], str] | None = None
    mark: Callable[[Row], str] | None = None
    sort: str = ""

    @property
    def look(self) -> str:
        """The word of the style sheet for its cells."""
        if self.is_number:
            return "number"
        return "long" if self.is_long else "short" if self.form in _UNBROKEN else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A table: how it looks, and where its rows come from.

    Attributes:
        title: What it lists.
        columns: From left to right.
        fetch: A page of its rows.
        empty: What is said where it has none.
        sorted_by: The word of `sort` that its rows are ordered by now.
    """

    title: str
    columns: tuple[Col, ...]
    fetch: Callable[[Database, Page], list[Row]]
    empty: str = "There is none."
    sorted_by: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a table, for the template."""

    title: str
    columns: tuple[Col, ...]
    rows: list[Row]
    empty: str
    csv: str
    previous: str
    following: str
    is_cut: bool
    sort_addresses: Mapping[str, str]
    sorted_by: str


Also = Callable[[Mapping[str, Shown]], Mapping[str, Any]]


class _View:
    """Which page of a table was asked for, or which table as CSV."""

    def __init__(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of the page")] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9, description="Rows before the page")] = 0,
        csv: Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$", description="Instead this table as CSV")] = "",
    ) -> None:
        self._request, self._limit, self._offset, self._csv = request, limit, offset, csv
        self._path = request.url.path

    def at(self, path: str) -> "_View":
        """The same for the page of this path, where a form that was sent elsewhere is shown again."""
        self._path = path
        return self

    def answer(
        self, pages: Pages, template: str, tables: Mapping[str, Listed], also: Also | None = None, **values: Any
    ) -> Response:
        """The page, or one of its tables as CSV; of several tables the first is the one that is leafed through.

        Args:
            pages: The templates.
            template: Name of one, which gets `tables` and the values.
            tables: By the names that `csv` takes.
            also: Makes further values of the tables as they are shown, such as a chart of the same rows.
            values: For the template.

        Raises:
            BadInputError: The page has no table of the name that CSV was asked for.
        """
        if self._csv:
            if self._csv not in tables:
                raise BadInputError(f"There is no table {self._csv!r} on this page; it has {', '.join(tables)}")
            return csv_download(self._database, self._csv, self._columns(tables[self._csv]), tables[self._csv].fetch)
        first = next(iter(tables))
        found = {name: self._page_of(name, table, is_first=name == first) for name, table in tables.items()}
        return pages(self._request, template, tables=found, **values, **(also(found) if also else {}))

    @property
    def _database(self) -> Database:
        database: Database = self._request.app.state.warehouse
        return database

    def _columns(self, table: Listed) -> list[str]:
        return list(dict.fromkeys(column.name for column in table.columns))

    def _page_of(self, name: str, table: Listed, *, is_first: bool) -> Shown:
        offset = self._offset if is_first else 0
        rows = table.fetch(self._database, Page(self._limit + 1, offset))
        is_cut = len(rows) > self._limit
        return Shown(
            title=table.title,
            columns=table.columns,
            rows=rows[: self._limit],
            empty=table.empty,
            csv=self._address(csv=name),
            previous=self._address(offset=max(0, offset - self._limit)) if offset else "",
            following=self._address(offset=offset + self._limit) if is_cut and is_first else "",
            is_cut=is_cut,
            sort_addresses={each.sort: self._address(sort=each.sort, offset=0) for each in table.columns if each.sort},
            sorted_by=table.sorted_by,
        )

    def _address(self, **changed: Any) -> str:
        return f"{self._path}?{self._request.url.include_query_params(**changed).query}"


View = Annotated[_View, Depends()]
