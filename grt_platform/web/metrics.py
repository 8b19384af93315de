"""The state of the platform in figures, in the text format of Prometheus."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hmac import compare_digest
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from grt_platform import __version__
from grt_platform.adapters.broker import queue_depths
from grt_platform.adapters.database import Database, LightDatabase
from grt_platform.adapters.measures import (
    arrival_measures,
    database_measures,
    disk_measures,
    job_measures,
    object_measures,
    run_measures,
)
from grt_platform.kernel.errors import GrtError
from grt_platform.kernel.measures import Measure
from grt_platform.kernel.queues import queue_names
from grt_platform.settings import Settings, settings
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import asks_itself, identify, refuse_unless

router = APIRouter(tags=["health"])
_FRESH_S = 5.0
Part = Callable[[], Sequence[Measure]]


@router.get("/metrics", summary="Queues, runs, jobs, ledger and quarantine in figures, for Prometheus")
@asks_itself("the token of GRT_METRICS_TOKEN, or an administrator's")
def metrics(request: Request) -> Response:
    """The figures of now, and of this process; `grt_up` tells which part of the platform could not be asked."""
    _require_reader(request)
    state = request.app.state
    text = state.figures.text(parts_of(state.warehouse, state.systems, settings()))
    text += generate_latest(state.traffic.registry).decode()
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _require_reader(request: Request) -> None:
    token = settings().metrics_token.get_secret_value()
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode()):
        return
    asking = identify(request)
    refuse_unless(request, credentials_are_good=asking is not None, scheme="Bearer")
    if asking is None or not asking.is_admin:
        raise ProblemError(HTTPStatus.FORBIDDEN, "Figures are for administrators, or the token of GRT_METRICS_TOKEN.")


def parts_of(warehouse: Database, systems: Sequence[str], known: Settings) -> dict[str, Part]:
    """What can be asked for figures, each for itself."""
    dagster_url, broker_url = known.dagster_url.get_secret_value(), known.broker_url.get_secret_value()
    databases: dict[str, Database] = {"warehouse": warehouse}
    if dagster_url:
        databases["dagster"] = LightDatabase(dagster_url)
    places = {"home": known.home, "raw": known.raw, "lake": known.lake, "products": known.products}
    folders = {name: path for name, place in places.items() if (path := _folder(str(place))) is not None}
    parts: dict[str, Part] = {
        "jobs": partial(job_measures, warehouse),
        "objects": partial(object_measures, warehouse),
        **{f"{system} ledger": partial(arrival_measures, warehouse, [system]) for system in systems},
        **{name: partial(database_measures, {name: database}) for name, database in databases.items()},
        "disk": partial(disk_measures, folders),
    }
    if dagster_url:
        parts["runs"] = partial(run_measures, databases["dagster"])
    if broker_url:
        parts["broker"] = partial(_queues, broker_url, queue_names(known.queue_systems))
    return parts


class Figures:
    """The figures of one moment; asked again within seconds, it tells the same without asking anybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text, self._at = "", -_FRESH_S

    def text(self, parts: Mapping[str, Part]) -> str:
        """All figures, in the text format of Prometheus."""
        with self._lock:
            if time.monotonic() - self._at >= _FRESH_S:
                self._text = shown(measured(parts))
                self._at = time.monotonic()
            return self._text


def measured(parts: Mapping[str, Part]) -> list[Measure]:
    """What each part tells, and which could not be asked; measures of the same name are brought together."""
    found: dict[str, Measure] = {}
    ups = []
    for name, ask in parts.items():
        try:
            told = ask()
            ups.append(((name,), 1.0))
        except GrtError:
            told = []
            ups.append(((name,), 0.0))
        for each in told:
            before = found.get(each.name, replace(each, samples=[]))
            found[each.name] = replace(before, samples=[*before.samples, *each.samples])
    version = Measure("grt_info", "The version that runs", ("version",), [((__version__,), 1.0)])
    up = Measure("grt_up", "Whether a part of the platform could be asked", ("part",), ups)
    return [version, up, *found.values()]


def shown(measures: Iterable[Measure]) -> str:
    """The measures in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Told(measures))
    return generate_latest(registry).decode()


class _Told(Collector):
    """Measures as the client library wants them."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self._measures = list(measures)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family for each."""
        for each in self._measures:
            family = GaugeMetricFamily(each.name, each.help, labels=each.labels)
            for labels, value in each.samples:
                family.add_metric(labels, value)
            yield family


def _queues(url: str, names: Sequence[str]) -> list[Measure]:
    depths = queue_depths(url, names)
    messages = [((each.name,), float(each.messages)) for each in depths]
    consumers = [((each.name,), float(each.consumers)) for each in depths]
    return [
        Measure("grt_queue_messages", "Steps that wait for a worker", ("queue",), messages),
        Measure("grt_queue_consumers", "Workers that listen to a queue", ("queue",), consumers),
    ]


def _folder(place: str) -> Path | None:
    return None if "://" in place else Path(place)
