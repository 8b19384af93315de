"""The hash by which two reports of a job are compared is kept with the job, so it must stay the same."""

import polars as pl

from grt_platform.systems.galaxy.logic.survey import row_hashes


def test_a_row_has_the_hash_it_had_when_it_was_kept() -> None:
    """Where an upgrade of polars changes it, every month has to be made again: say so in the notes on upgrading."""
    row = pl.DataFrame({"report": [0], "line": [2], "job_id": [1], "tool_id": ["cat1"]})
    assert row_hashes("jobs", row).tolist() == [8700797597971167483]
    assert row_hashes("params", row).tolist() == [7851652310786357913]
