"""Filters that an address does not have are refused: a misspelt one would answer with everything."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

_ANY = "_grt_takes_any_filter"
_FOR_PROBES = "health"
"""Tag of routes that monitors ask, with parameters of their own."""


def takes_any_filter(route: Callable[..., Any]) -> None:
    """Marks a route that reads the query itself."""
    setattr(route, _ANY, True)


def questions_with_known_filters(request: Request) -> None:
    """`known_filters_only` for what is asked of described routes, but probes' and marked ones; for an app."""
    route = request.scope["route"]
    if request.method != "GET" or not isinstance(route, APIRoute) or not route.include_in_schema:
        return
    if _FOR_PROBES not in route.tags and not hasattr(route.endpoint, _ANY):
        known_filters_only(request)


def known_filters_only(request: Request) -> None:
    """Every parameter of the query is one of the route's; for routers, as a dependency.

    Raises:
        RequestValidationError: One is not; the message names those that the route has.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = sorted(set(_names(route.dependant)))
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        raise RequestValidationError([{"loc": ("query", name), "msg": _told(name, known)} for name in unknown])


def _names(dependant: Dependant) -> Iterator[str]:
    """Names of the parameters of a route and of all that it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _names(each)


def _told(name: str, known: list[str]) -> str:
    meant = get_close_matches(name, known, 1)
    hint = f"; did you mean {meant[0]}?" if meant else ""
    return f"There is no such filter here, but {', '.join(known) or 'none'}{hint}"
