"""Tool names: nothing is cut but a ToolShed version."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.galaxy.logic.tools import base_id, short_id, version
from grt_platform_tests.systems.galaxy.logic.product_rows import BOWTIE


def evaluate(expression: pl.Expr, **columns: str | None) -> object:
    return (
        pl.DataFrame({k: [v] for k, v in columns.items()}, schema=dict.fromkeys(columns, pl.String))
        .select(expression)
        .item()
    )


@pytest.mark.parametrize(
    ("tool_id", "base", "short"),
    [
        (f"{BOWTIE}/2.4.2+galaxy0", BOWTIE, "bowtie2"),
        (BOWTIE, BOWTIE, "bowtie2"),
        (
            "host:9009/repos/o/r/Extract genomic DNA 1/3.0",
            "host:9009/repos/o/r/Extract genomic DNA 1",
            "Extract genomic DNA 1",
        ),
        ("upload1", "upload1", "upload1"),
        ("__DATA_FETCH__", "__DATA_FETCH__", "__DATA_FETCH__"),
        ("edu.tamu.cpt.admin.metadataFetch", "edu.tamu.cpt.admin.metadataFetch", "edu.tamu.cpt.admin.metadataFetch"),
        ("a/b/c/d/e/f", "a/b/c/d/e/f", "a/b/c/d/e/f"),
        ("host/repos/o/r/t/1/extra", "host/repos/o/r/t/1/extra", "host/repos/o/r/t/1/extra"),
        ("", "", ""),
        (None, None, None),
    ],
)
def test_only_a_toolshed_id_loses_its_version(tool_id, base, short):
    assert evaluate(base_id(pl.col("id")), id=tool_id) == base
    assert evaluate(short_id(pl.col("id")), id=tool_id) == short


@pytest.mark.parametrize(
    ("tool_id", "stated", "expected"),
    [(f"{BOWTIE}/2.4", None, "2.4"), (f"{BOWTIE}/2.4", "2.5", "2.5"), ("cat1", None, ""), (None, None, "")],
)
def test_a_version_is_the_stated_one_else_that_of_the_id_else_empty(tool_id, stated, expected):
    assert evaluate(version(pl.col("id"), pl.col("v")), id=tool_id, v=stated) == expected


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_cutting_a_tool_id_twice_is_cutting_it_once_unless_the_tool_looks_like_a_version(tool_id):
    base = evaluate(base_id(pl.col("id")), id=tool_id)
    assert isinstance(base, str)
    assert tool_id.startswith(base)
    assert evaluate(base_id(pl.col("id")), id=base) == base
