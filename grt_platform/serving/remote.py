"""The platform's HTTP API, as the commands of `grt` ask it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

import httpx
from dotenv import dotenv_values

from grt_platform.kernel.errors import BadInputError, GrtError, UnavailableError
from grt_platform.serving import credentials
from grt_platform.settings import given, settings

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_MOST_ERROR_BYTES = 64 * 1024
_BUSY = {408, 425, 429}


class RefusedError(BadInputError):
    """The platform refused what was asked.

    Args:
        detail: A full sentence for the person.
        status: The HTTP status, 400 to 499.
    """

    def __init__(self, detail: str, status: int) -> None:
        self.status = status
        super().__init__(detail)


class Remote:
    """One platform and whom it is asked as; every answer is checked, every failure is one line; closed by `with`.

    Args:
        url: Address of the HTTP API.
        credential: A token, the administrator's key, or empty.

    Raises:
        BadInputError: The address is none.
    """

    def __init__(self, url: str, credential: str = "") -> None:
        self.url = _address(url)
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        self._asking = httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT)
        self._plain = httpx.Client(timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._asking.close()
        self._plain.close()

    def get(self, path: str, **params: Any) -> Any:
        """The JSON answer; parameters that are None are left out."""
        return self._json("GET", path, params=_given(params))

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        """The JSON answer, None for an empty one."""
        return self._json("POST", path, json=body, params=_given(params))

    def post_bytes(self, path: str, content: bytes, **params: Any) -> Any:
        """The JSON answer to a body that is no JSON."""
        return self._json("POST", path, content=content, params=_given(params))

    def put(self, path: str, body: Any = None) -> Any:
        """The JSON answer, None for an empty one."""
        return self._json("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        """The JSON answer, None for an empty one."""
        return self._json("PATCH", path, json=body)

    def delete(self, path: str, **params: Any) -> Any:
        """The JSON answer, None for an empty one."""
        return self._json("DELETE", path, params=_given(params))

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str] | None = None, **params: Any) -> Iterator[httpx.Response]:
        """A successful answer whose body is read piece by piece (`iter_bytes`)."""
        with self._opened(self._asking, "GET", path, headers=headers, params=_given(params)) as answer:
            yield answer

    @contextmanager
    def fetch(self, signed_url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """The same for a signed URL, which gets no credential of ours."""
        with self._opened(self._plain, "GET", signed_url, headers=headers) as answer:
            yield answer

    def send(
        self, signed_url: str, content: Iterable[bytes] | bytes, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """PUTs the pieces to a signed URL, which gets no credential of ours; give Content-Length among the headers."""
        with self._opened(self._plain, "PUT", signed_url, content=content, headers=headers) as answer:
            answer.read()
            return answer

    def _json(self, method: str, path: str, **what: Any) -> Any:
        with self._opened(self._asking, method, path, **what) as answer:
            body = answer.read()
        try:
            return json.loads(body) if body else None
        except ValueError as error:
            raise UnavailableError(
                f"{self.url} answers with something else than JSON: is its address right?"
            ) from error

    @contextmanager
    def _opened(self, client: httpx.Client, method: str, url: str, **what: Any) -> Iterator[httpx.Response]:
        try:
            with client.stream(method, url, **what) as answer:
                if not answer.is_success:
                    raise _told(answer, self.url)
                yield answer
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise UnavailableError(
                f"{self.url} does not answer ({reason}): is it running, is its address right?"
            ) from error


def remote(token: str = "") -> Remote:
    """The platform that the settings name, asked as the person of this command.

    The credential is `token`, else GRT_TOKEN, else what `grt login` kept for this address, else the administrator's
    key, which goes to no other platform than its own.

    Raises:
        BadInputError: Nothing says which platform.
    """
    url, own, local = platform_address(""), given().web_url.rstrip("/"), _local_address()
    own_key = given().admin_key if own else settings().admin_key
    key = own_key.get_secret_value() if url in {local, own} else ""
    return Remote(url, token or settings().token.get_secret_value() or credentials.stored_token(url) or key)


def platform_address(wanted: str) -> str:
    """The address that is wanted, else GRT_WEB_URL, else that of the last `grt login`, else the local installation's.

    Raises:
        BadInputError: Nothing says which platform.
    """
    url = wanted or given().web_url or credentials.last_url() or _local_address()
    if not url:
        raise BadInputError("No platform to ask: start one with `grt up`, or set GRT_WEB_URL and run `grt login`")
    return url.rstrip("/")


def path_part(text: str) -> str:
    """The text as one part of a path, whatever characters are in it.

    Raises:
        BadInputError: It cannot be one.
    """
    if text in {"", ".", ".."}:
        raise BadInputError(f"{text!r} names nothing: say a name or an id")
    return quote(text, safe="")


def _local_address() -> str:
    return str(dotenv_values(settings().home / "grt.env").get("GRT_WEB_URL") or "").rstrip("/")


def _address(url: str) -> str:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL()
    if parts.scheme not in {"http", "https"} or not parts.host or parts.userinfo:
        raise BadInputError(f"{url!r} is no address of a platform: it looks like https://grt.example.org")
    return url.rstrip("/")


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _told(answer: httpx.Response, url: str) -> GrtError:
    said = _problem(answer)
    if answer.status_code in _BUSY or answer.status_code >= 500:
        wait = answer.headers.get("Retry-After")
        return UnavailableError(f"{url} cannot do it now: {said}{f' (try again in {wait} s)' if wait else ''}")
    if answer.status_code == 401 and answer.headers.get("WWW-Authenticate", "Bearer").startswith("Bearer"):
        said = f"{url} does not know you: sign in with `grt login`, or give another --token"
    if answer.is_redirect:
        said = f"{url} answers with a redirect: set GRT_WEB_URL to its real address"
    return RefusedError(said, answer.status_code)


def _problem(answer: httpx.Response) -> str:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > _MOST_ERROR_BYTES:
            break
    plain = httpx.Response(answer.status_code, content=body[:_MOST_ERROR_BYTES])
    try:
        said = plain.json()
    except ValueError:
        return f"HTTP {answer.status_code} {answer.reason_phrase}".strip()
    detail = said.get("detail") if isinstance(said, dict) else None
    return " ".join(str(detail or f"HTTP {answer.status_code}").split())
