"""Thirty hostile archives and some good ones come in together: the good ones load whole, each bad one is told of."""

from logging import WARNING

import pytest

from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import JULY, ONE, TWO, agree, count, ledger, receive, send, statuses
from grt_platform_tests.galaxy_archives import Made, describe, make_archive
from grt_platform_tests.systems.galaxy.logic.test_hostile import METADATA, REJECTED, TAKEN, USUAL

pytestmark = pytest.mark.slow

NEEDS_SMALL_LIMITS = ("bomb", "too large", "too many")
CHOSEN = [name for name in REJECTED if not name.startswith(NEEDS_SMALL_LIMITS)][::4]
LEAST = 30


def packed(name: str, archive: bytes, **changes: object) -> Made:
    """Any bytes with metadata that fits them, under a name of its own."""
    return Made(name, archive, describe(archive, **{"version": 3, "generated": "1656720000.0", **changes}))


def test_hostile_archives_are_listed_with_a_reason_and_their_good_neighbours_load_whole(platform: Platform) -> None:
    bad = [packed(f"bad {name}", REJECTED[name][0]()) for name in CHOSEN]
    bad += [
        packed(f"bad {name}", USUAL, **changes) for name, (changes, _) in METADATA.items() if name != "from the future"
    ]
    bad += [
        Made("bad metadata that are no JSON", USUAL, b"\xff{"),
        packed("bad from the future", USUAL, generated="1999999999.0"),
        Made("bad metadata of nothing", USUAL, b""),
        Made("bad metadata nested deeply", USUAL, b"[" * 100_000),
        Made("bad '; DROP TABLE galaxy.jobs; --", b"x", b"{}"),
        Made("bad \N{PILE OF POO} <script>", b"x", b"null"),
    ]
    good = [make_archive("F6", range(n * 100, n * 100 + 20), generated=f"16567{n}0000.0") for n in range(1, 6)]
    strange = [packed(f"strange {name}", make()) for name, make in TAKEN.items()]
    assert len(bad) >= LEAST
    send(platform, *good, instance=TWO)
    receive(platform, JULY, *bad, *good, *strange)
    found = statuses(platform)
    assert {name for name, status in found.items() if status == ["rejected"]} == {f"{b.report_id}.tar.gz" for b in bad}
    assert all(row["reason"] for row in ledger(platform) if row["status"] == "rejected")
    assert {found[f"{made.report_id}.tar.gz"][0] for made in good} == {"loaded"}
    assert {found[f"{made.report_id}.tar.gz"][0] for made in strange} <= {"loaded", "duplicate"}
    for instance in (ONE, TWO):
        rows = f"instance_id = '{instance}' AND job_id >= 100"
        assert count(platform, "jobs", rows) == 100
        assert count(platform, "metrics_num", rows) == 500
        assert count(platform, "datasets", rows) == 100
    assert agree(platform.lake, platform.warehouse)
    assert all(run.success for run in platform.runs)
    logs = [log for run in platform.runs for log in platform.instance.all_logs(run.run_id) if log.level == WARNING]
    told = "\n".join(log.user_message for log in logs)
    assert [made.report_id for made in bad if f"{made.report_id}.tar.gz" not in told] == []
    runs = len(platform.runs)
    platform.settle("galaxy_uploads")
    assert len(platform.runs) == runs
