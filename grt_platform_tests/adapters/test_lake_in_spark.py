"""Apache Spark reads the lake as it is, as DuckDB does: the road to a Hadoop cluster.

PySpark is half a gigabyte and needs Java 17, so it is asked for: `.boot/bin/uv pip install pyspark`, then
`./grt test -- -m spark`.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.settings import Settings
from grt_platform_tests.adapters.tables import OWNER, ZOO, zoo

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("default")]
PARTS = ("2026-01", "a b/c", "e%41")
ASKED = (
    "SELECT part, count(*), count(text), sum(n), CAST(max(exact) AS STRING), CAST(min(made_at) AS STRING) "
    "FROM {} GROUP BY part ORDER BY part"
)


def test_spark_and_duckdb_read_the_same_counts_and_sums(tmp_path: Path) -> None:
    sql: Any = pytest.importorskip("pyspark.sql", reason="no PySpark here: uv pip install pyspark")
    lake = Lake(FolderStore(tmp_path / "lake", "lake", Settings()))
    for part in PARTS:
        lake.replace(ZOO, {"owner_id": OWNER, "part": part}, zoo())
    root = tmp_path / "lake" / "galaxy" / "zoo"
    own = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.driver.bindAddress": "127.0.0.1",
           "spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": "2",
           "spark.sql.sources.partitionColumnTypeInference.enabled": "false"}  # fmt: skip
    building = sql.SparkSession.builder.master("local[1]")
    for name, value in own.items():
        building = building.config(name, value)
    spark = building.getOrCreate()
    try:
        spark.read.parquet(str(root)).createOrReplaceTempView("zoo")
        by_spark = [tuple(row) for row in spark.sql(ASKED.format("zoo")).collect()]
        columns = set(spark.table("zoo").columns)
    finally:
        spark.stop()
    read = f"read_parquet('{root}/owner_id=*/part=*/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        by_duckdb = connection.execute(ASKED.format(read).replace("STRING", "VARCHAR")).fetchall()
    assert [row[0] for row in by_spark] == sorted(PARTS)
    assert [row[:4] for row in by_spark] == [row[:4] for row in by_duckdb]
    assert [row[4] for row in by_spark] == [row[4] for row in by_duckdb]
    assert columns == {column.name for column in ZOO.columns}
