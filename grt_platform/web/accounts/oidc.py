"""Sign-in by an OpenID Connect provider: out with a state, a nonce and a challenge, back with a code."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64Error
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest, new
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.accounts.linked import linked_person
from grt_platform.adapters.accounts.made_secrets import new_cookie
from grt_platform.adapters.accounts.vouching import RefusedError
from grt_platform.adapters.oidc import Journey, Provider, UntrueError
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.identity import Principal
from grt_platform.settings import settings
from grt_platform.web.access import nothing_here
from grt_platform.web.accounts.checking import SIGN_IN
from grt_platform.web.accounts.sign_in_page import begin, sign_in_form
from grt_platform.web.audit import audit
from grt_platform.web.cookies import OIDC, forget_cookie, read_cookie, set_cookie
from grt_platform.web.problems import ProblemError
from grt_platform.web.proxies import origin_address
from grt_platform.web.sign_in import public, wait_if_failing

router = APIRouter(prefix="/sign-in/oidc", include_in_schema=False)
_LONGEST_S, _CLOCKS_APART_S = 600, 900
_REFUSED = "The provider's answer opens no account here. Begin again; if that does not help, ask an administrator."


@router.get("")
@public
def sent(request: Request, wanted: Annotated[str, Query(alias="next", max_length=2000)] = "/account") -> Response:
    """On the way to the provider, with a cookie that this browser must bring back."""
    wait_if_failing(request)
    journey = Journey(new_cookie(), new_cookie(), new_cookie())
    answer = RedirectResponse(_provider(request).authorization_url(journey), HTTPStatus.SEE_OTHER)
    kept = [journey.state, journey.nonce, journey.verifier, wanted, time.time()]
    set_cookie(request, answer, OIDC, _sealed(kept), seconds=_LONGEST_S)
    return answer


@router.get("/callback")
@public
def came_back(
    request: Request,
    code: Annotated[str, Query(max_length=4096)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Signed in as the person whom the provider vouches for, or the form with the reason."""
    wait_if_failing(request)
    try:
        journey, wanted = _journey(request, state, iss)
        vouched = _provider(request).redeem(code, journey)
        database, now = request.app.state.warehouse, datetime.now(UTC)
        person = linked_person(database, "oidc", vouched.subject, now, name=vouched.name, shown=vouched.title)
        answer = begin(request, Principal(person.user_id, person.name), wanted, "by OpenID Connect")
    except (UntrueError, RefusedError) as error:
        request.app.state.failures.failed(origin_address(request))
        audit(request, None, SIGN_IN, "by OpenID Connect", outcome="refused", reason=str(error))
        answer = sign_in_form(request, "/account", refused=ProblemError(HTTPStatus.UNAUTHORIZED, _REFUSED))
    except UnavailableError as error:
        told = ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        answer = sign_in_form(request, "/account", refused=told)
    forget_cookie(request, answer, OIDC)
    return answer


def _provider(request: Request) -> Provider:
    known = settings()
    if not known.oidc_issuer:
        raise nothing_here()
    back = f"{(known.web_url or str(request.base_url)).rstrip('/')}/sign-in/oidc/callback"
    return Provider(known.oidc_issuer, known.oidc_client_id, known.oidc_client_secret.get_secret_value(), back)


def _journey(request: Request, state: str, iss: str) -> tuple[Journey, str]:
    kept = _opened(read_cookie(request, OIDC))
    if kept is None:
        raise UntrueError("this browser did not begin the sign-in, or too long ago")
    if not compare_digest(str(kept[0]).encode(), state.encode()):
        raise UntrueError("another state came back")
    if iss and iss != settings().oidc_issuer:  # RFC 9207
        raise UntrueError("another issuer came back")
    return Journey(str(kept[0]), str(kept[1]), str(kept[2])), str(kept[3])


def _sealed(kept: list[Any]) -> str:
    text = urlsafe_b64encode(json.dumps(kept).encode()).decode()
    return f"{text}.{_seal(text)}"


def _opened(cookie: str) -> list[Any] | None:
    text, _, seal = cookie.rpartition(".")
    if not compare_digest(_seal(text).encode(), seal.encode()):
        return None
    try:
        kept: list[Any] = json.loads(urlsafe_b64decode(text))
    except (NoBase64Error, ValueError):
        return None
    age_s = time.time() - float(kept[4])  # another web door may have begun it, by a clock of its own
    return kept if -_CLOCKS_APART_S <= age_s <= _LONGEST_S else None


def _seal(text: str) -> str:
    key = settings().signing_key.get_secret_value().encode()
    return new(key, b"oidc journey " + text.encode(), sha256).hexdigest()
