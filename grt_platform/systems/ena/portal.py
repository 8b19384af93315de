"""ENA's portal API: asked politely, answers verified, what is degraded asked for again.

Source: the portal API's documentation (`/search`, `/count`, `/returnFields`, result `read_run`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, TypeVar

import httpx

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.systems.ena.logic.answer import (
    CONFIRMATIONS,
    DegradedError,
    Summary,
    Tally,
    read_count,
    read_field_names,
    read_rows,
)
from grt_platform.systems.ena.logic.fields import RunField, missing, wanted
from grt_platform.systems.ena.worker.wire import retry_after_s

_RESULT = "read_run"
_MOST_WORDS = 300
_MOST_LINE_BYTES = 4 * 1024**2
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long ENA is given: attempts of one question, the first pause (then doubled), the longest pause, time-outs."""

    attempts: int = 8
    first_pause_s: float = 1.0
    longest_pause_s: float = 120.0
    timeout_s: float = 60.0

    def pause_s(self, failures: int) -> float:
        """How long to wait after so many failures in a row."""
        return min(self.first_pause_s * 2.0 ** (failures - 1), self.longest_pause_s)


class LaterError(UnavailableError):
    """ENA says when to come back."""

    def __init__(self, message: str, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


class Portal:
    """A client of one portal.

    Args:
        url: Address of the API, such as `https://www.ebi.ac.uk/ena/portal/api`.
        turn: Waits for a turn of the whole platform and holds it.
        patience: How long ENA is given.
        sleep: Waits that many seconds.

    Raises:
        BadInputError: From every method, when ENA refuses the question (4xx), with its own words.
        UnavailableError: From every method, when it did not answer well within the attempts.
    """

    def __init__(
        self,
        url: str,
        turn: Callable[[], AbstractContextManager[None]],
        patience: Patience,
        sleep: Callable[[float], None],
    ) -> None:
        self._url, self._turn, self._patience, self._sleep = url.rstrip("/"), turn, patience, sleep
        self._client = httpx.Client(timeout=patience.timeout_s, follow_redirects=True)

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def fields(self) -> tuple[RunField, ...]:
        """Our fields that ENA returns today.

        Raises:
            UnavailableError: One that is needed is not among them.
        """
        return self._until_good(self._fields)

    def count(self, query: str) -> int:
        """How many runs answer the query; 0 is believed at once, `fetch` confirms it."""
        return self._until_good(lambda: self._count(query))

    def fetch(
        self, query: str, fields: tuple[RunField, ...], keep: Callable[[], AbstractContextManager[BinaryIO]]
    ) -> Summary:
        """The answer to a query is kept, byte for byte and complete; returns what is in it.

        Args:
            query: In the portal API's language.
            fields: What to ask for of each run.
            keep: Opens the place to keep it, dropped again when the block ends with an error. It is opened for each
                attempt; the last one is good.
        """
        doubts = list[str]()
        while True:
            summary = self._until_good(lambda: self._fetch(query, fields, keep))
            doubts = [*(doubt for doubt in doubts if doubt == summary.doubt), summary.doubt]
            if not summary.doubt or len(doubts) >= CONFIRMATIONS:
                return summary
            self._sleep(self._patience.pause_s(len(doubts)))

    def _fields(self) -> tuple[RunField, ...]:
        with self._ask("returnFields", {"result": _RESULT, "format": "tsv"}) as answer:
            names = read_field_names(answer.read())
        lacking = missing(names)
        if lacking:
            raise DegradedError(f"ENA does not return the fields {', '.join(lacking)} any more")
        return wanted(names)

    def _count(self, query: str) -> int:
        with self._ask("count", {"result": _RESULT, "query": query, "format": "tsv"}) as answer:
            return read_count(answer.read())

    def _fetch(
        self, query: str, fields: tuple[RunField, ...], keep: Callable[[], AbstractContextManager[BinaryIO]]
    ) -> Summary:
        expected, names = self._count(query), [field.name for field in fields]
        asked = {"result": _RESULT, "query": query, "fields": ",".join(names), "format": "tsv", "limit": "0"}
        with self._ask("search", asked) as answer, keep() as kept:
            if answer.status_code == HTTPStatus.NO_CONTENT:
                kept.write("\t".join(names).encode() + b"\n")
                return Tally().summary(expected)
            tally = Tally()
            for _ in tally.watch(read_rows(_lines(answer, kept), names)):
                pass
            return tally.summary(expected)

    @contextmanager
    def _ask(self, what: str, params: Mapping[str, str]) -> Iterator[httpx.Response]:
        try:
            with self._turn(), self._client.stream("GET", f"{self._url}/{what}", params=dict(params)) as answer:
                _refuse_unless_good(answer)
                yield answer
        except httpx.HTTPError as error:
            raise UnavailableError(f"ENA did not answer {what}: {type(error).__name__} {error}") from error

    def _until_good(self, ask: Callable[[], T]) -> T:
        for failures in range(1, self._patience.attempts + 1):
            try:
                return ask()
            except UnavailableError as error:
                if failures == self._patience.attempts:
                    raise UnavailableError(f"{error}. Asked {failures} times; the next check asks again.") from error
                told_s = error.after_s if isinstance(error, LaterError) else 0.0
                self._sleep(min(max(told_s, self._patience.pause_s(failures)), self._patience.longest_pause_s))
        raise AssertionError("at least one attempt is made")


def _refuse_unless_good(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    words = " ".join(answer.read().decode("utf-8", "replace").split())[:_MOST_WORDS] or answer.reason_phrase
    told = f"ENA answered {answer.status_code}: {words}"
    if answer.status_code in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS} or answer.is_server_error:
        raise LaterError(told, retry_after_s(answer.headers.get("Retry-After", "")))
    raise BadInputError(told)


def _lines(answer: httpx.Response, kept: BinaryIO) -> Iterator[bytes]:
    """The lines of a body, kept as they pass; a last line without its end is given as it is."""
    rest = b""
    for chunk in answer.iter_bytes():
        kept.write(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > _MOST_LINE_BYTES:
            raise DegradedError(f"ENA sent a line of more than {_MOST_LINE_BYTES} bytes")
    if rest:
        yield rest
