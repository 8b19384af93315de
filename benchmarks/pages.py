"""How fast pages answer from served tables of realistic size: 365 days x 30 volumes x 500 groups, usage of 10 M jobs.

Run: `.venv/bin/python -m benchmarks.pages [--requests 40]`. Baseline in the same run: `/health`, which asks no table.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import psycopg

from benchmarks.server import durable_postgres
from grt_platform.adapters.migrate import upgrade
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.web import ADMIN_KEY, serving, settings_of

_GROUP = "'group' || g || CASE WHEN g % 50 = 0 THEN '<b>' ELSE '' END"
_VOLUME = "'scratch' || (100 + v)"
FILLING = (
    f"""INSERT INTO lustre.group_usage (dumped_on, volume, gid, group_name, pi, is_humgen, used_bytes, inodes, files,
            quota_bytes, inode_quota, used_fraction, last_modified_at, last_modified_days)
        SELECT date '2026-11-01' - d, {_VOLUME}, 1000 + g, {_GROUP}, 'pi' || g % 90, true,
            (g + d) * 10000000000::bigint, g * 1000, g * 900, 9000000000000, 10000000, g / 600.0, now(), g % 300
        FROM generate_series(364, 0, -1) d, generate_series(1, 30) v, generate_series(1, 500) g""",
    f"""INSERT INTO lustre.volume_totals (dumped_on, volume, source, version, received_at, as_of_at, form, lines,
            entries, quarantined, used_bytes, files, directories, groups, users)
        SELECT date '2026-11-01' - d, {_VOLUME}, 's', 'v', now(), now(), 'mpistat', 1, 1, 0, 1, 1, 1, 500, 900
        FROM generate_series(364, 0, -1) d, generate_series(1, 30) v""",
    f"""INSERT INTO lustre.forecasts (volume, gid, group_name, dumped_on, points, used_bytes, quota_bytes,
            bytes_per_day, inodes, inode_quota, inodes_per_day, fraction_in_3_days, fraction_in_7_days,
            warning_level, warning)
        SELECT {_VOLUME}, 1000 + g, {_GROUP}, date '2026-11-01', 30, g * 10000000000::bigint, 9000000000000,
            1e9, 1, 1, 1, 0.5, 0.6, 1 + g % 3, 'w' FROM generate_series(1, 30) v, generate_series(1, 500) g""",
    f"""INSERT INTO lustre.project_usage (dumped_on, volume, area, project, directory, owner_gid, used_bytes, files,
            last_modified_days, class_bytes)
        SELECT date '2026-11-01' - d, {_VOLUME}, 'projects', 'project' || p, k, 1000 + p, p * 1000000000::bigint, 9, 3,
            '{{"BAM": 5}}'
        FROM generate_series(29, 0, -1) d, generate_series(1, 30) v, generate_series(1, 100) p,
            unnest(ARRAY['', 'a', 'b']) k""",
    f"""INSERT INTO lustre.ledger (dumped_on, volume, source, version, size_bytes, sha256, received_at, status, rows_in,
            rows_loaded, rows_quarantined, rows_duplicate, rows_superseded)
        SELECT date '2026-11-01' - d, {_VOLUME}, 's', 'v', 1, 'h', now(), 'loaded', 1, 1, 0, 0, 0
        FROM generate_series(364, 0, -1) d, generate_series(1, 30) v""",
    """INSERT INTO galaxy.tool_usage_overall (period, starts_on, tool_id, tool_version, jobs, jobs_ok, jobs_error,
            jobs_other, jobs_unfinished, error_rate)
        SELECT p, date_trunc(p, date '2026-11-01' - d)::date, 'toolshed.g2.bx.psu.edu/repos/o/r' || t || '/tool' || t,
            '1.' || v, 10, 9, 1, 0, 0, 0.1
        FROM (VALUES ('day', 1), ('week', 7), ('month', 31)) AS k (p, step), generate_series(0, 1094) d,
            generate_series(1, 800) t, generate_series(1, 1 + t % 3) v
        WHERE d % step = 0 AND (p <> 'day' OR (d + t) % 3 = 0) ON CONFLICT DO NOTHING""",
    """INSERT INTO galaxy.which_instances_have (tool_id, tool_version, instance_id, jobs, is_installed)
        SELECT 'toolshed.g2.bx.psu.edu/repos/o/r' || t || '/tool' || t, '1.1',
            ('5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2' || lpad(i::text, 3, '0'))::uuid, 10, true
        FROM generate_series(1, 800) t, generate_series(1, 12) i""",
    """INSERT INTO galaxy.tool_resources_by_input_overall (tool_id, input_bin, input_from_bytes, input_below_bytes,
            jobs, runtime_p50_s, runtime_p95_s, memory_jobs, memory_p50_bytes, memory_p95_bytes, cores_jobs)
        SELECT 'toolshed.g2.bx.psu.edu/repos/o/r' || t || '/tool' || t, b, 4 ^ b, 4 ^ (b + 1), 100, 10, 20,
            100, 1e9, 2e9, 3
        FROM generate_series(1, 800) t, generate_series(1, 12) b""",
    "ANALYZE",
)
TOOL = "toolshed.g2.bx.psu.edu/repos/o/r77/tool77"
PAGES = (
    "/health",
    "/",
    "/pages/lustre",
    "/pages/lustre?volume=scratch117&sort=share",
    "/pages/lustre?date=2026-03-03&group=group77",
    "/pages/lustre/group?group=group77",
    "/pages/lustre/group?group=1077&volume=scratch117",
    "/pages/lustre/projects",
    "/pages/lustre/projects?project=project7",
    "/pages/lustre/volumes",
    "/pages/galaxy",
    "/pages/galaxy/tools?tool=ol7",
    f"/pages/galaxy/tool?tool={TOOL}",
    f"/pages/galaxy/tool?tool={TOOL}&period=day",
    "/pages/jobs",
)


def seconds(client: httpx.Client, path: str, requests: int) -> list[float]:
    """How long each answer took, the first left out."""
    found = []
    for _ in range(requests + 1):
        begun = time.perf_counter()
        answer = client.get(path)
        found.append(time.perf_counter() - begun)
        assert answer.status_code == 200, (path, answer.text[:300])
    return found[1:]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fills a database, starts the web door and asks for every page again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=40)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, durable_postgres(Path(folder)) as server:
        upgrade(server.url())
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for statement in FILLING:
                begun = time.perf_counter()
                rows = connection.execute(statement.encode()).rowcount
                print(f"{rows:>9} rows in {time.perf_counter() - begun:.0f} s: {statement.split('(')[0].strip()}")
        headers = {"Authorization": f"Bearer {ADMIN_KEY}", "Accept": "text/html"}
        with (
            settings_of(Path(folder) / "home", server.url(), log_level="WARNING"),
            serving(create_app()) as url,
            httpx.Client(base_url=url, timeout=120, headers=headers) as client,
        ):
            for path in PAGES:
                took = sorted(seconds(client, path, asked.requests))
                p95 = took[max(0, round(0.95 * len(took)) - 1)]
                print(f"{statistics.median(took) * 1000:7.0f} ms median {p95 * 1000:7.0f} ms p95  {path}")


if __name__ == "__main__":
    main()
