"""The portal's client against a server that answers as ENA does, in good hours and bad ones."""

import io
from collections.abc import Callable
from contextlib import contextmanager, nullcontext

import pytest

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.systems.ena.logic.answer import Summary
from grt_platform.systems.ena.portal import Patience, Portal
from grt_platform.systems.ena.schemas import RUN_COLUMNS
from grt_platform.systems.ena.serving.stand_in import Fault, StandIn, serving

COUNT, SEARCH, FIELDS = "/portal/count", "/portal/search", "/portal/returnFields"
QUERY = "tax_tree(562)"
Faults = Callable[[str, int], Fault | None]


def run(number: int, **change: str) -> dict[str, str]:
    name = f"SRR{number:07}"
    blank = {column.name: "" for column in RUN_COLUMNS}
    files = {"fastq_ftp": f"h/{name}_1.fastq.gz", "fastq_bytes": "1", "fastq_md5": "a" * 32}
    return {**blank, "run_accession": name, "tax_id": "562", "first_public": "2020-01-01", **files, **change}


def first(path: str, times: int, fault: Fault) -> Faults:
    return lambda asked, number: fault if asked == path and number <= times else None


class Asking:
    """A portal, what was kept of its answers, and how long was waited."""

    def __init__(self, url: str, **patience: float) -> None:
        self.waited: list[float] = []
        self.kept: list[bytes] = []
        self.portal = Portal(f"{url}/portal", nullcontext, Patience(attempts=4, **patience), self.waited.append)

    @contextmanager
    def keep(self):
        place = io.BytesIO()
        yield place
        self.kept.append(place.getvalue())

    def fetch(self, query: str = QUERY) -> Summary:
        return self.portal.fetch(query, self.portal.fields(), self.keep)


@pytest.fixture
def asking(request):
    stand_in = StandIn([run(1), run(2)], {})
    with serving(stand_in) as url:
        asking = Asking(url, timeout_s=2.0)
        yield stand_in, asking
        asking.portal.close()


DEGRADED = {
    "an empty body": Fault(body=b""),
    "a header only": Fault(body=b"\t".join(column.name.encode() for column in RUN_COLUMNS) + b"\n"),
    "a page for people": Fault(body=b"<html><body>maintenance</body></html>"),
    "rows cut short": Fault(cut_at=600),
    "a body that breaks off": Fault(cut_at=3),
    "a closed connection": Fault(status=0),
    "an error of the server": Fault(status=500, body=b"oops"),
    "unavailable": Fault(status=503),
    "too many requests": Fault(status=429, headers={"Retry-After": "7"}),
    "unavailable until a date": Fault(status=503, headers={"Retry-After": "Fri, 31 Dec 2199 23:59:59 GMT"}),
    "unavailable until nobody knows": Fault(status=503, headers={"Retry-After": "soon"}),
    "a missing column": Fault(body=b"run_accession\nSRR0000001\n"),
    "no answer in time": Fault(pause_s=3.0),
}


@pytest.mark.parametrize("fault", DEGRADED.values(), ids=DEGRADED.keys())
def test_a_degraded_answer_is_asked_for_again_and_only_the_good_one_is_kept(asking, fault):
    stand_in, asks = asking
    stand_in.fault = first(SEARCH, 2, fault)
    assert asks.fetch() == Summary(rows=2, blank=0)
    assert stand_in.asked.count(SEARCH) == 3
    [kept] = asks.kept
    assert kept.count(b"\n") == 3
    assert len(asks.waited) == 2
    told_s = {"7": 7, "Fri, 31 Dec 2199 23:59:59 GMT": Patience().longest_pause_s}.get(fault.headers.get("Retry-After"))
    assert asks.waited[1] >= (told_s or 2 * asks.waited[0])


@pytest.mark.parametrize("path", [COUNT, FIELDS])
def test_a_degraded_count_or_list_of_fields_is_asked_for_again(asking, path):
    stand_in, asks = asking
    stand_in.fault = first(path, 2, Fault(body=b"<html>"))
    assert asks.fetch().rows == 2


def test_an_ena_that_stays_degraded_is_unavailable_after_bounded_attempts_and_nothing_is_kept(asking):
    stand_in, asks = asking
    stand_in.fault = first(SEARCH, 99, Fault(cut_at=3))
    with pytest.raises(UnavailableError, match="Asked 4 times"):
        asks.fetch()
    assert (stand_in.asked.count(SEARCH), asks.kept) == (4, [])


def test_a_refusal_is_not_asked_again_and_its_words_are_told(asking):
    stand_in, asks = asking
    words = b'{"message": "Invalid fieldName(s) supplied: x"}'
    stand_in.fault = first(SEARCH, 99, Fault(status=400, body=words, headers={"Retry-After": "1"}))
    with pytest.raises(BadInputError, match=r"ENA answered 400: .*Invalid fieldName"):
        asks.fetch()
    assert stand_in.asked.count(SEARCH) == 1


def test_no_runs_is_believed_after_five_equal_answers(asking):
    stand_in, asks = asking
    assert asks.fetch("tax_tree(9606)") == Summary(rows=0, blank=0)
    assert stand_in.asked.count(SEARCH) == 5


def test_one_answer_with_runs_ends_the_doubt(asking):
    stand_in, asks = asking
    runs, fields = stand_in.runs, asks.portal.fields()
    stand_in.runs = []
    stand_in.fault = lambda path, number: stand_in.runs.extend(runs) if (path, number) == (COUNT, 3) else None
    assert asks.portal.fetch(QUERY, fields, asks.keep).rows == 2
    assert stand_in.asked.count(SEARCH) == 3


def test_blank_file_columns_are_believed_after_five_equal_answers_only(asking):
    stand_in, asks = asking
    bare = [run(n, fastq_ftp="", fastq_bytes="", fastq_md5="") for n in (1, 2)]
    stand_in.runs = bare
    assert asks.fetch() == Summary(rows=2, blank=2)
    assert stand_in.asked.count(SEARCH) == 5


def test_a_204_is_an_answer_without_runs(asking):
    stand_in, asks = asking
    fields = asks.portal.fields()
    stand_in.runs = []
    stand_in.fault = lambda path, number: Fault(status=204, body=b"") if path == SEARCH else None
    assert asks.portal.fetch(QUERY, fields, asks.keep).rows == 0


def test_a_field_that_ena_dropped_is_not_asked_for_unless_it_is_needed(asking):
    stand_in, asks = asking
    stand_in.runs = [{name: value for name, value in one.items() if name != "host"} for one in stand_in.runs]
    assert "host" not in [field.name for field in asks.portal.fields()]
    stand_in.runs = [{name: value for name, value in one.items() if name != "fastq_md5"} for one in stand_in.runs]
    with pytest.raises(UnavailableError, match="fastq_md5"):
        asks.portal.fields()
