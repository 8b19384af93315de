"""The audit, from routes: a change and its record are seen together or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from starlette.requests import Request

from grt_platform.adapters.accounts.audit import Event, Origin, record
from grt_platform.adapters.database import Within
from grt_platform.kernel.identity import Principal


def origin(request: Request) -> Origin:
    """Where a request comes from."""
    address = request.client.host if request.client else ""
    return Origin(address, getattr(request.state, "request_id", None))


@contextmanager
def audited(
    request: Request, asking: Principal, action: str, subject: str = "", project: str | None = None
) -> Iterator[Within]:
    """A transaction for the change; at its clean exit the audit says who made it, in the same transaction.

    Args:
        request: What was sent.
        asking: Who sent it.
        action: What is done, such as `token.create`.
        subject: To what or whom.
        project: In which project.
    """
    with request.app.state.warehouse.transaction() as connection:
        yield Within(connection)
        event = Event(action, subject, project)
        record(Within(connection), event, origin(request), datetime.now(UTC), who=asking)


def audit(
    request: Request,
    asking: Principal | None,
    action: str,
    subject: str = "",
    project: str | None = None,
    *,
    outcome: str = "ok",
    reason: str | None = None,
    claimed: str = "",
) -> None:
    """The audit says what was done or refused, for what is no change in Postgres."""
    event = Event(action, subject, project, outcome, reason)
    record(request.app.state.warehouse, event, origin(request), datetime.now(UTC), who=asking, claimed=claimed)
