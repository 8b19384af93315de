"""Is the process alive, and can it do its work."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from grt_platform.adapters.broker import connected
from grt_platform.adapters.database import Database, LightDatabase
from grt_platform.adapters.measures import heartbeats
from grt_platform.kernel.errors import GrtError, UnavailableError
from grt_platform.settings import settings
from grt_platform.web.sign_in import public

router = APIRouter(tags=["health"])
_SILENT_DAEMON_S = 180.0
_ASKS = ThreadPoolExecutor(8, thread_name_prefix="health")


@router.get("/health", summary="The process answers")
@public
def live() -> dict[str, str]:
    """Answers as long as the process runs."""
    return {"status": "ok"}


@router.get("/health/ready", summary="Which parts of the platform answer")
@public
def ready(request: Request) -> JSONResponse:
    """Asks every part, without saying how it is reached.

    503 when Postgres or a store is missing, without which this process can do nothing; `degraded` and 200 when only
    what works behind it is: Dagster, its daemon, the broker.
    """
    needed, behind = _needed(request), _behind()
    answers = dict(zip([*needed, *behind], _ASKS.map(_answers, [*needed.values(), *behind.values()]), strict=True))
    missing = {name for name, answer in answers.items() if answer != "ok"}
    status = "unavailable" if missing & needed.keys() else "degraded" if missing else "ok"
    code = HTTPStatus.SERVICE_UNAVAILABLE if status == "unavailable" else HTTPStatus.OK
    return JSONResponse({"status": status, "missing": sorted(missing), "checks": answers}, code)


Ask = Callable[[], object]


def _needed(request: Request) -> dict[str, Ask]:
    state = request.app.state
    stores = {f"{name} store": store.ask for name, store in state.stores.items()}
    return {"postgres": partial(state.warehouse.fetch, "SELECT 1 AS one"), **stores}


def _behind() -> dict[str, Ask]:
    dagster, broker = settings().dagster_url.get_secret_value(), settings().broker_url.get_secret_value()
    behind: dict[str, Ask] = {}
    if dagster:
        behind["daemon"] = partial(_hear_daemon, LightDatabase(dagster))
    if broker:
        behind["broker"] = partial(_enter, broker)
    return behind


def _hear_daemon(dagster: Database) -> None:
    ages = [age for _, age in heartbeats(dagster).samples]
    if not ages or min(ages) > _SILENT_DAEMON_S:
        raise UnavailableError("Dagster's daemon gave no sign of life")


def _enter(broker: str) -> None:
    with connected(broker):
        return


def _answers(ask: Ask) -> str:
    try:
        ask()
    except GrtError:
        return "unavailable"
    return "ok"
