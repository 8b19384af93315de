"""What the metadata of a product's asset tell besides its rows."""

from grt_platform.systems.galaxy.logic.resources import tool_resources
from grt_platform.systems.galaxy.pictures import drawn
from grt_platform_tests.systems.galaxy.logic.product_rows import job, jobs, measured, metrics


def told(*runtimes: int) -> str | None:
    values = metrics(*(measured(n, runtime_seconds=runtime) for n, runtime in enumerate(runtimes)))
    rows = tool_resources(jobs(*(job(n) for n in range(len(runtimes)))), values)
    return drawn(rows, "exclusions")["exclusions"].value


def test_readings_left_out_are_a_table_by_quantity_and_reason():
    assert (told(-1, 5, -2) or "").splitlines()[2:] == ["| runtime_s | negative | 2 |"]


def test_it_is_said_that_nothing_was_left_out():
    assert told(1, 2) == "Every reading can be true; none is left out."
