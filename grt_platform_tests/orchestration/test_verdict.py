"""The verdict of a check: passed without faults, the first ones in words, all counted."""

import dagster as dg

from grt_platform.orchestration.verdict import verdict


def test_no_fault_passes():
    passed = verdict([])
    assert (passed.passed, passed.description, passed.metadata["faults"].value) == (True, None, 0)


def test_faults_are_told_and_counted_whatever_gives_them():
    failed = verdict((f"row {number}" for number in range(25)), dg.AssetCheckSeverity.WARN)
    assert (failed.passed, failed.severity, failed.metadata["faults"].value) == (False, dg.AssetCheckSeverity.WARN, 25)
    assert failed.description.count(";") == 19
