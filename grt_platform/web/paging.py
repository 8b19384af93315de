"""Answers a page at a time."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request

from grt_platform.serving.page import Page, Row

MOST_ROWS = 1000


class _Paging:
    """Which page was asked for."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of the page")] = 100,
        offset: Annotated[int, Query(ge=0, le=10**9, description="Rows before the page")] = 0,
    ) -> None:
        self.limit, self.offset = limit, offset

    def more(self) -> Page:
        """The page and one row more, which tells whether another page follows."""
        return Page(self.limit + 1, self.offset)


Paging = Annotated[_Paging, Depends()]


def paged(request: Request, rows: list[Row], paging: _Paging) -> dict[str, Any]:
    """The page's rows and the address of the next page, null on the last."""
    following = request.url.include_query_params(limit=paging.limit, offset=paging.offset + paging.limit)
    next_page = f"{following.path}?{following.query}" if len(rows) > paging.limit else None
    return {"items": rows[: paging.limit], "limit": paging.limit, "offset": paging.offset, "next": next_page}
