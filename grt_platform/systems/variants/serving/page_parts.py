"""What the pages of variants share: their templates, addresses, the way a project version is chosen."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import AbsentError, NotYetError
from grt_platform.systems.variants import checkpoints
from grt_platform.web.access import PLAIN
from grt_platform.web.render import Pages

HOME = "/pages/variants"
pages = Pages("grt_platform.systems.variants.serving")
Words = Annotated[str, Query(max_length=1024, pattern=PLAIN)]
At = Annotated[str, Query(max_length=200, pattern=PLAIN)]
MARKS = {"ready": "good", "rejected": "bad", "waiting": "warn"}
"""How the state of a file looks."""
_MOST_SHOWN = 160


def address(page: str, **values: Any) -> str:
    """The address of a page with these values, without those that are empty."""
    return f"{HOME}/{page}?{urlencode({name: value for name, value in values.items() if value})}"


def version_names(database: Database, project: str) -> list[str]:
    """The names of the project's versions, the newest first."""
    return [each.name for each in checkpoints.listing(database, project)]


def status_of(error: BadInputError) -> HTTPStatus:
    """The status of a page that shows its form again because of this."""
    if isinstance(error, NotYetError):
        return HTTPStatus.CONFLICT
    return HTTPStatus.NOT_FOUND if isinstance(error, AbsentError) else HTTPStatus.BAD_REQUEST


def shortened(text: str) -> str:
    """As much of it as a cell has room for; the CSV has all."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} ..."
