"""An upload reaches lake, products and warehouse whole and once, whatever is killed, in both kinds of store."""

import json
import signal
from pathlib import Path

import polars as pl
import pytest

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadSourceError
from grt_platform.settings import Settings
from grt_platform.systems.genes.ingest import Ingest
from grt_platform.systems.genes.logic.options import Limits
from grt_platform.systems.genes.removal import remove
from grt_platform.systems.genes.results import result_key
from grt_platform.systems.genes.schemas import GENES, LEDGER, SEQUENCES, TABLES
from grt_platform_tests.fixtures.forks import FORKS
from grt_platform_tests.fixtures.frames import fetch_frame
from grt_platform_tests.systems.genes.ingesting import JOB, ingest, task
from grt_platform_tests.systems.genes.sample import SAMPLE

PARTITION = {"job_id": JOB}
POINTS = ["read 1", "read 2", "read 20", "read 100", "before commit", "after commit"]


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path):
    """Where lake and products are, and the settings that reach it."""
    if request.param == "folder":
        return str(tmp_path), Settings()
    bucket = request.getfixturevalue("seaweed").place()
    return bucket.url, Settings.model_validate(bucket.settings)


@pytest.fixture
def genes_file(tmp_path: Path) -> Path:
    """Some 600 kB of genes."""
    path = tmp_path / "some.fasta"
    path.write_bytes((SAMPLE / "demo_file.fasta").read_bytes() * 40)
    return path


def state(home: str, settings: Settings, warehouse: Warehouse) -> dict[str, object]:
    """Everything that can be seen of the job."""
    lake = Lake(open_store(f"{home}/lake", settings))
    products = open_store(f"{home}/products", settings)
    found: dict[str, object] = {table.noun: lake.scan(table, PARTITION).collect().rows() for table in TABLES}
    key = result_key(JOB)
    found["result"] = products.read(key) if products.head(key) else None
    for noun in ("genes", "quarantine", "ledger", "parses"):
        found[f"served {noun}"] = fetch_frame(warehouse, f"SELECT * FROM genes.{noun} ORDER BY 1, 2").rows()
    return found


def killed(path: Path, home: str, url: str, settings: Settings, point: str) -> None:
    """A process that ingests the file and dies at the point."""
    process = FORKS.Process(target=ingest, args=(path, home, url, settings, point))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


def test_a_killed_ingest_shows_nothing_in_the_warehouse_and_the_next_one_gives_everything_once(
    place, genes_file, warehouse, warehouse_url
):
    home, settings = place
    other = f"{home}/other"
    ingest(genes_file, other, warehouse_url, settings)
    wanted = state(other, settings, warehouse)
    assert len(wanted["genes"]) == 520
    assert len(json.loads(wanted["result"])) == 520
    remove(JOB, Lake(open_store(f"{other}/lake", settings)), open_store(f"{other}/products", settings), warehouse)
    for point in POINTS:
        killed(genes_file, home, warehouse_url, settings, point)
        seen = state(home, settings, warehouse)
        if point.startswith("read"):
            assert not any(seen.values()), point
        elif point == "before commit":
            assert not any(rows for noun, rows in seen.items() if noun.startswith("served")), point
        else:
            assert seen == wanted
    ingest(genes_file, home, warehouse_url, settings)
    assert state(home, settings, warehouse) == wanted


def test_an_ingest_that_is_done_again_leaves_the_same_bytes_and_rows(place, genes_file, warehouse, warehouse_url):
    home, settings = place
    ingest(genes_file, home, warehouse_url, settings)
    first = state(home, settings, warehouse)
    ingest(genes_file, home, warehouse_url, settings)
    assert state(home, settings, warehouse) == first


def test_a_rejected_file_leaves_its_reason_in_the_ledger_and_nothing_else(tmp_path, warehouse, warehouse_url):
    path = tmp_path / "bad.fa"
    path.write_bytes((SAMPLE / "demo_file.fasta").read_bytes() + b">x\nAC?\n")
    with pytest.raises(BadSourceError) as caught:
        ingest(path, str(tmp_path), warehouse_url, Settings())
    assert not any(state(str(tmp_path), Settings(), warehouse).values())
    lake, products = Lake(open_store(f"{tmp_path}/lake", Settings())), open_store(f"{tmp_path}/products", Settings())
    Ingest(lake, products, Limits()).reject(task(path), str(caught.value), warehouse)
    [row] = warehouse.fetch("SELECT status, reason FROM genes.ledger")
    assert row == {"status": "rejected", "reason": str(caught.value)}
    assert lake.scan(LEDGER, PARTITION).collect()["status"].to_list() == ["rejected"]


def test_what_is_removed_is_gone_everywhere_and_may_be_removed_again(tmp_path, genes_file, warehouse, warehouse_url):
    ingest(genes_file, str(tmp_path), warehouse_url, Settings())
    lake, products = Lake(open_store(f"{tmp_path}/lake", Settings())), open_store(f"{tmp_path}/products", Settings())
    for _ in range(2):
        remove(JOB, lake, products, warehouse)
        assert not any(state(str(tmp_path), Settings(), warehouse).values())


def test_a_long_record_that_turns_bad_is_forgotten_in_every_output(tmp_path, warehouse, warehouse_url):
    path = tmp_path / "long.fa"
    path.write_bytes(b">a\nAC\n>long\n" + b"ACGT" * 600_000 + b"?\n>b\nGG\n")
    parsed = ingest(path, str(tmp_path), warehouse_url, Settings(), on_invalid="skip")
    seen = state(str(tmp_path), Settings(), warehouse)
    assert [
        row[2] for row in fetch_frame(warehouse, "SELECT ordinal, name, sequence FROM genes.genes ORDER BY 1").rows()
    ] == [
        "AC",
        "GG",
    ]
    assert [gene["gene_name"] for gene in json.loads(seen["result"])] == ["a", "b"]
    assert parsed.rows == {"genes": 2, "served_genes": 2, "sequences": 2, "quarantine": 1, "ledger": 1, "parses": 1}


def test_the_lake_reads_with_other_programs(tmp_path, genes_file, warehouse_url):
    ingest(genes_file, str(tmp_path), warehouse_url, Settings())
    import duckdb

    [found] = duckdb.sql(
        f"SELECT count(*), sum(length(sequence)) FROM '{tmp_path}/lake/genes/sequences/*/*.parquet'"
    ).fetchall()
    assert found == (520, 40 * 14_725)
    assert pl.read_parquet(f"{tmp_path}/lake/{GENES.system}/{SEQUENCES.noun}/job_id={JOB}/part-0.parquet").height == 520
