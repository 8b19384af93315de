"""A name and a password that somebody sends: throttled by address and by name, every refusal in the audit."""

import math
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus

from fastapi import Request

from grt_platform.adapters.accounts.audit import refusals
from grt_platform.adapters.accounts.passwords import Passwords
from grt_platform.adapters.accounts.vouching import DirectoryPeople, LocalPeople, RefusedError, Vouched, Voucher
from grt_platform.adapters.ldap import Directory
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import read_user_name
from grt_platform.settings import settings
from grt_platform.web.audit import audit
from grt_platform.web.problems import ProblemError
from grt_platform.web.proxies import origin_address
from grt_platform.web.sign_in import wait_if_failing

MOST_REFUSALS, REFUSALS_WITHIN = 10, timedelta(minutes=15)
WRONG = "The name or the password is wrong, or the account may not sign in."
SIGN_IN = "sign_in"


def vouched(request: Request, name: str, password: str) -> Vouched:
    """The person of that name, whose password this is.

    Raises:
        ProblemError: 401, the same for every reason; 429 when the address or the name was refused too often.
        UnavailableError: The directory of people does not answer.
    """
    now, claimed = datetime.now(UTC), _claimed(name)
    wait_if_failing(request)
    _wait_if_guessed(request, claimed, now)
    try:
        return voucher().vouch(request.app.state.warehouse, name, password, now)
    except RefusedError as error:
        request.app.state.failures.failed(origin_address(request))
        audit(request, None, SIGN_IN, outcome="refused", reason=str(error), claimed=claimed)
        raise ProblemError(HTTPStatus.UNAUTHORIZED, WRONG, {"WWW-Authenticate": 'Password realm="grt"'}) from error


def voucher() -> Voucher:
    """Who checks passwords, as the settings say."""
    known = settings()
    if known.sign_in == "local":
        return LocalPeople(passwords())
    return DirectoryPeople(Directory.of(known), known.ldap_people_base, known.ldap_people_name, known.ldap_people_title)


def passwords() -> Passwords:
    """The local passwords, under the rules of the settings."""
    return _passwords(settings().password_length)


@cache
def _passwords(least_letters: int) -> Passwords:
    return Passwords(least_letters)


def _claimed(name: str) -> str:
    """The name for the audit; what is none might be a password in the wrong field."""
    try:
        return read_user_name(name)
    except BadInputError:
        return "(no name)"


def _wait_if_guessed(request: Request, name: str, now: datetime) -> None:
    """The count stands in Postgres: a restart or a second web process does not forget it."""
    oldest, count = refusals(request.app.state.warehouse, SIGN_IN, name, now - REFUSALS_WITHIN)
    if oldest is None or count < MOST_REFUSALS:
        return
    wait_s = max(1, math.ceil((oldest + REFUSALS_WITHIN - now).total_seconds()))
    detail = f"Too many wrong passwords came for this name; try again in {wait_s} s."
    raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(wait_s)})
