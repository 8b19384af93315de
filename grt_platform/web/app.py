"""The web door: one FastAPI app of every system's routes; uvicorn makes it with `create_app`."""

import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter, Depends, FastAPI
from fastapi.telemetry import TelemetryConfig

from grt_platform import __version__
from grt_platform.adapters.bucket_events import BucketEvents
from grt_platform.adapters.installed import system_names, systems_with
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.pooled import PooledDatabase
from grt_platform.adapters.refusal import refuse_bad_settings
from grt_platform.adapters.store import open_store
from grt_platform.adapters.upload_limits import limits_of
from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.job_launcher import JobLauncher
from grt_platform.settings import Settings, settings
from grt_platform.web import (
    accounts,
    admin,
    bucket_events,
    bulletin,
    door,
    health,
    home,
    job_pages,
    jobs,
    logs,
    metrics,
    objects,
    pages,
    problems,
    project_objects,
    queue,
    quotas,
    static_files,
    uploads,
)
from grt_platform.web.announcements import Announcements
from grt_platform.web.bodies import BodyLimit
from grt_platform.web.filters import questions_with_known_filters, takes_any_filter
from grt_platform.web.headers import SecurityHeaders
from grt_platform.web.limits import FailureLimit
from grt_platform.web.own_forms import keep_form_token
from grt_platform.web.proxies import TrustedProxies
from grt_platform.web.sign_in import admit, asks_itself
from grt_platform.web.traffic import CountRequests, Traffic, routes_of

FAILURES_AT_ONCE, FAILURES_PER_SECOND = 20, 1 / 6
_LEFT_OVER_S = 24 * 3600
_NO_TELEMETRY: TelemetryConfig = {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}


def create_app() -> FastAPI:
    """The app with every route; stores and database are opened when it starts."""
    _refuse_bad_settings()
    logs.configure(settings().log_level)
    app = FastAPI(
        title="grt_platform",
        version=__version__,
        lifespan=_opened,
        dependencies=[Depends(keep_form_token), Depends(admit), Depends(questions_with_known_filters)],
        telemetry=_NO_TELEMETRY,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.failures, app.state.traffic, app.state.figures = failure_limit(), Traffic(), metrics.Figures()
    problems.install(app)
    for signed in (objects.download, objects.upload):
        asks_itself("a signed URL")(signed)
        takes_any_filter(signed)
    app.state.systems = system_names(settings().systems)
    app.state.sections = [module.SECTION for module in serving_modules("pages")]
    own = (health, metrics, door, home, pages, static_files, objects, uploads, project_objects, quotas, bucket_events)
    asked = (jobs, job_pages, queue, bulletin)
    for router in (*accounts.ROUTERS, *admin.ROUTERS, *(module.router for module in (*own, *asked)), *system_routers()):
        app.include_router(router)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(logs.RequestLog)
    app.add_middleware(CountRequests, traffic=app.state.traffic, routes=routes_of(app))
    app.add_middleware(TrustedProxies)
    return app


def _refuse_bad_settings() -> None:
    """Ends the process with one line, before anything listens."""
    try:
        refuse_bad_settings(settings())
    except BadInputError as error:
        sys.exit(f"grt: {error}")


def failure_limit() -> FailureLimit:
    """How often an address may come with wrong credentials, none of it used up."""
    return FailureLimit(FAILURES_AT_ONCE, FAILURES_PER_SECOND, time.monotonic)


def system_routers() -> list[APIRouter]:
    """The `router` of `serving/api.py` and `serving/pages.py` of every system of this installation."""
    return [module.router for what in ("api", "pages") for module in serving_modules(what)]


def serving_modules(what: str) -> list[ModuleType]:
    """The module `serving/<what>.py` of every system of this installation that has one, by the system's name."""
    return [
        import_module(f"grt_platform.systems.{name}.serving.{what}")
        for name in systems_with(f"serving/{what}.py", settings().systems)
    ]


@asynccontextmanager
async def _opened(app: FastAPI) -> AsyncIterator[None]:
    known = settings()
    app.state.warehouse = PooledDatabase(known.warehouse_url.get_secret_value())
    app.state.stores = {name: open_store(getattr(known, name), known) for name in ("raw", "lake", "products")}
    app.state.incoming = _incoming(known)
    app.state.objects = Objects(app.state.warehouse, app.state.stores["raw"])
    app.state.uploads = Uploads(app.state.warehouse, app.state.stores["raw"], limits_of(known))
    app.state.announcements = Announcements(app.state.uploads)
    app.state.bucket_events = BucketEvents(app.state.warehouse, app.state.objects, app.state.uploads, known.raw)
    app.state.jobs = JobLauncher(app.state.warehouse)
    yield
    app.state.jobs.close()
    app.state.announcements.close()
    app.state.warehouse.close()


def _incoming(known: Settings) -> Path:
    """The folder of uploads under way, without what a killed process left there."""
    folder = known.home / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for upload in folder.iterdir():
        if time.time() - upload.stat().st_mtime > _LEFT_OVER_S:
            shutil.rmtree(upload, ignore_errors=True)
    return folder
