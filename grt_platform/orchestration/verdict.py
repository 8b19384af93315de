"""The verdict of a check that found faults, or none."""

from collections.abc import Iterable

import dagster as dg

_MOST_TOLD = 20


def verdict(
    faults: Iterable[str], severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    """Passed without faults; else the first of them in words, and their number.

    Args:
        faults: Each a sentence that names its partition or row.
        severity: ERROR stops what follows where the check is blocking; WARN only tells.
    """
    told = list(faults)
    return dg.AssetCheckResult(
        passed=not told,
        severity=severity,
        description="; ".join(told[:_MOST_TOLD]) or None,
        metadata={"faults": len(told)},
    )
