"""How fast pages answer from served tables of realistic size: 365 days x 30 volumes x 500 groups, usage of 10 M jobs.

Where the data is comes from the lake: a dump of the project's generator, whose tree every other volume has, too.
Run: `.venv/bin/python -m benchmarks.pages [--requests 40] [--lines 3000000]`. Baseline in the same run: `/health`,
which asks no table.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import psycopg

from benchmarks.lustre_rules import DUMPED_ON, rules
from benchmarks.server import durable_postgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.parquet import marked_schema
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.settings import Settings
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.scan import scan
from grt_platform.systems.lustre.schemas import ENTRIES, TREE
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.web import ADMIN_KEY, serving, settings_of

_GROUP = "'group' || g || CASE WHEN g % 50 = 0 THEN '<b>' ELSE '' END"
_VOLUME = "'scratch' || (100 + v)"
_ID = "('01a217aa-7dfb-755a-8a30-' || lpad(n::text, 12, '0'))::uuid"
FIRST = "01a217aa-7dfb-755a-8a30-000000000001"
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
    """INSERT INTO ena.taxa (taxonomy_id, droplet_ips, last_run_status, needs_attention, stage, stage_name, priority,
            generated_warning, is_removing, added_at, changed_at, extra)
        SELECT t, '', 'complete', CASE WHEN t % 400 = 0 THEN 'look' ELSE '' END, 1, 'update accession CSV', 0, false,
            false, now(), now(), '{}' FROM generate_series(1, 2000) t""",
    """INSERT INTO ena.runs (taxonomy_id, run_accession, is_excluded, reason, files_bytes, fetched_on)
        SELECT 562, 'ERR' || r, r % 3 = 0, CASE WHEN r % 3 = 0 THEN 'rule ' || r % 9 END, 1000000000, '2026-11-01'
        FROM generate_series(1, 300000) r""",
    """INSERT INTO ena.fetched_reads (taxonomy_id, run_accession, path, size_bytes, md5, batch_id, verified_at)
        SELECT 562, 'ERR' || r, '562/ERR' || r || '/a.fastq.gz', 1, 'm', 'b' || r % 50, now()
        FROM generate_series(1, 200000) r""",
    f"""INSERT INTO identity.projects (project, title, made_at, made_by)
        VALUES ('alpha', 'alpha', now(), '{KEY_USER_ID}')""",
    f"""INSERT INTO jobs.jobs (job_id, system, kind, project, user_id, user_name, request, pins, priority, state,
            moved_by)
        SELECT {_ID}, 'genes', 'parse', 'alpha', '{KEY_USER_ID}', 'ann', '{{}}', '{{}}', 0, 'COMPLETE', 'ann'
        FROM generate_series(1, 2000) n""",
    f"""INSERT INTO genes.uploads (upload_id, project, file_name, alphabet, on_invalid, on_repeat, user_id, user_name,
            created_at, job_id)
        SELECT {_ID}, 'alpha', 'genes' || n || '.fasta', 'dna', 'fail', 'keep', '{KEY_USER_ID}', 'ann', now(), {_ID}
        FROM generate_series(1, 2000) n""",
    "INSERT INTO objects.projects (project, used_bytes, suffixes) VALUES ('alpha', 0, '[]')",
    f"""INSERT INTO objects.versions (version_id, project, name, size_bytes, state, sha256, created_by, created_at,
            expires_at, stored_at, generation, signed_until_at, is_cleaned)
        SELECT {_ID}, 'alpha', CASE WHEN n > 2000 THEN 'fish' || n || '.vcf.gz' ELSE 'genes' || n || '.fasta' END, 1,
            'stored', 'h', 'ann', now(), now(), now(), n, now(), true FROM generate_series(1, 3500) n""",
    f"""INSERT INTO objects.names (project, name, skeleton, version_id)
        SELECT 'alpha', 'fish' || n || '.vcf.gz', 'fish' || n, {_ID} FROM generate_series(2001, 3500) n""",
    f"""INSERT INTO variants.ledger (version_id, source, version, size_bytes, sha256, received_at, status, rows_in,
            rows_loaded, rows_quarantined, rows_duplicate, rows_superseded)
        SELECT {_ID}, 's', 'v', 1, 'h', now(), 'loaded', 1, 1, 0, 0, 0 FROM generate_series(2001, 3500) n""",
    f"""INSERT INTO variants.dimensions (version_id, project, name, size_bytes, variants, samples_count, samples,
            samples_sha256, scaffolds, contigs, index_bytes, copy_bytes, tool)
        SELECT {_ID}, 'alpha', 'fish' || n || '.vcf.gz', 1, 1000, 200, jsonb_build_array('S' || n), 'h' || n % 30,
            '[["1", 1000]]', '["1"]', 1, 1, 'bcftools' FROM generate_series(2001, 3500) n""",
    f"""INSERT INTO genes.parses (job_id, upload_id, project, file_name, alphabet, on_invalid, on_repeat, genes,
            letters, genes_empty, genes_repeated, genes_identical, blanks_removed, letters_masked, comments_skipped,
            records_quarantined, records_dropped, result_key, result_bytes)
        SELECT {_ID}, {_ID}, 'alpha', 'genes' || n || '.fasta', 'dna', 'fail', 'keep', 500, 1, 0, 0, 0, 0, 0, 0, 0, 0,
            'k', 1 FROM generate_series(1, 2000) n""",
    f"""INSERT INTO genes.genes (job_id, ordinal, line_number, gene_name, name, occurrence, length, digest,
            blanks_removed, letters_masked, sequence)
        SELECT {_ID}, g, g, 'gene' || g || ' of ' || n, 'gene' || g, 1, 12, 'SQ.' || md5((g * n)::text), 0, 0,
            'ACGTACGTACGT' FROM generate_series(1, 2000) n, generate_series(1, 500) g""",
    "ANALYZE",
)
BIG, DAY = "scratch114", "2026-11-01"
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
    "/pages/lustre/where",
    f"/pages/lustre/where?path=/lustre/{BIG}",
    f"/pages/lustre/where?path=/lustre/{BIG}/projects&by=count",
    f"/pages/lustre/where?path=/lustre/{BIG}/projects&of=group",
    "/pages/galaxy",
    "/pages/galaxy/tools?tool=ol7",
    f"/pages/galaxy/tool?tool={TOOL}",
    f"/pages/galaxy/tool?tool={TOOL}&period=day",
    "/pages/jobs",
    "/pages/ena",
    "/pages/ena/taxa/562",
    "/pages/ena/taxa/562?reason=rule+3",
    "/pages/genes",
    f"/pages/genes/uploads/{FIRST}",
    f"/pages/genes/uploads/{FIRST}?prefix=gene4",
    "/pages/genes/search?name=gene77",
    "/pages/variants",
    "/pages/variants/files?project=alpha&sort=records",
    "/pages/admin/audit",
)


def fill_lake(folder: Path, lines: int) -> int:
    """The entries and the tree of one dump, and for every other volume the same tree; returns its directories."""
    lake = Lake(FolderStore(folder, "lake", Settings()))
    own = {"dumped_on": DAY, "volume": BIG}
    with tempfile.TemporaryFile() as dump:
        generate(dump, Recipe(BIG, DUMPED_ON, lines))
        dump.seek(0)
        with lake.sink(ENTRIES, own) as sink:
            scanned = scan(
                dump, BIG, rules(), entries=sink, entries_schema=marked_schema(ENTRIES), bad=print,
                scratch=tempfile.TemporaryFile,
            )  # fmt: skip
    directories = lake.replace(TREE, own, scanned.tree())
    for number in range(1, 31):
        other = folder / lake.key(TREE, {**own, "volume": f"scratch{100 + number}"})
        other.parent.mkdir(parents=True, exist_ok=True)
        if not other.exists():
            shutil.copyfile(folder / lake.key(TREE, own), other)
    return directories


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
    parser.add_argument("--lines", type=int, default=3_000_000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, durable_postgres(Path(folder)) as server:
        upgrade(server.url())
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for statement in FILLING:
                begun = time.perf_counter()
                rows = connection.execute(statement.encode()).rowcount
                print(f"{rows:>9} rows in {time.perf_counter() - begun:.0f} s: {statement.split('(')[0].strip()}")
        directories = fill_lake(Path(folder) / "home" / "lake", asked.lines)
        print(f"{asked.lines:>9} lines of a dump; each of 30 volumes has its {directories} directories")
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
