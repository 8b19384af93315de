"""The public gets no path, no user name in a path, no e-mail and no host; and every withholding is counted."""

import polars as pl
import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.galaxy import schemas
from grt_platform.systems.galaxy.logic.privacy import offence, public, withheld
from grt_platform.systems.galaxy.logic.usage import tool_usage
from grt_platform_tests.systems.galaxy.logic.product_rows import (
    BOWTIE,
    frame,
    job,
    jobs,
    metrics,
    sample_jobs,
    sample_metrics,
)

HOSTILE = {
    "jane.doe@uni-freiburg.de": "e-mail",
    "tool by jane@localhost": "e-mail",
    "jane%40uni.de": "e-mail",
    "mailto:x@[10.0.0.1]": "e-mail",
    "jane\uff20uni.de": "unusual characters",
    "/home/jane/tools/x.xml": "path",
    "home/jane/tools/x.xml": "path",
    "../../etc/passwd": "path",
    "~jane": "path",
    "~/x": "path",
    "C:\\Users\\jane": "path",
    "\\\\server\\share": "path",
    "%2Fhome%2Fjane": "path",
    "x /scratch/jane": "path",
    "file:///etc/passwd": "host",
    "https://galaxy.example.org/x": "host",
    "node17.cluster.local": "host",
    "galaxy.uni-freiburg.de": "host",
    "galaxy.uni-freiburg.de:8080/repos/o/r/t/1": "host",
    "toolshed.corp.example.com/repos/o/r/t/1": "host",
    "myshed:9009/repos/o/r/t/1": "host",
    "toolshed.g2.bx.psu.edu/repos/o/r/t/../../etc": "host",
    "toolshed.g2.bx.psu.edu/repos/o/r/jane@uni.de/1": "e-mail",
    "10.1.2.3": "host",
    "localhost": "host",
    ".ssh": "hidden name",
    "x .netrc": "hidden name",
    "new\nline": "unusual characters",
    "nul\x00": "unusual characters",
    "t\u00e9l\u00e9": "unusual characters",
    "x" * 256: "too long",
}
HARMLESS = [
    f"{BOWTIE}/2.4.2+galaxy0",
    BOWTIE,
    "testtoolshed.g2.bx.psu.edu/repos/o/r/t/1",
    "toolshed.g2.bx.psu.edu/repos/devteam/emboss_5/EMBOSS: getorf42/5.0.0.1",
    "toolshed.g2.bx.psu.edu/repos/iuc/x/Extract genomic DNA 1/3.0.3+galaxy2",
    "__DATA_FETCH__",
    "upload1",
    "Show beginning1",
    "edu.tamu.cpt.admin.metadataFetch",
    "parsec.config.get_config",
    "",
    None,
]


@pytest.mark.parametrize(("text", "reason"), HOSTILE.items())
def test_a_telling_tool_id_is_withheld_from_jobs_and_drops_out_of_products(text, reason):
    rows = jobs(job(1, text), job(2, "cat1"))
    open_rows = public(rows, schemas.JOBS).collect()
    assert open_rows.select("job_id", "tool_id").rows() == [(1, None), (2, "cat1")]
    assert withheld(rows, schemas.JOBS).collect().rows() == [("tool_id", reason, 1)]
    usage = tool_usage(rows)
    assert public(usage, schemas.TOOL_USAGE).collect()["tool_id"].unique().to_list() == ["cat1"]
    assert text not in public(usage, schemas.TOOL_USAGE).collect().write_csv()


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_tool_id_is_public(text):
    rows = jobs(job(1, text))
    assert public(rows, schemas.JOBS).collect()["tool_id"].to_list() == [text]
    assert withheld(rows, schemas.JOBS).collect().height == 0


@pytest.mark.parametrize(
    "version", ["2.11.40.7+galaxy1", "1.0.0", "0.73+galaxy0", "@TOOL_VERSION@+galaxy0", "1.0b2", ""]
)
def test_an_ordinary_version_is_public(version):
    frame_of_one = pl.DataFrame({"tool_version": [version]})
    assert frame_of_one.select(offence("tool_version")).item() is None


@pytest.mark.parametrize(
    "version", ["1.0@jane.de", "1.0+jane.doe.example.com", "/opt/x", "1.0 /home/jane", "build.uni.de"]
)
def test_a_telling_version_is_withheld(version):
    assert pl.DataFrame({"tool_version": [version]}).select(offence("tool_version")).item() is not None


def test_a_telling_name_of_a_metric_takes_its_row_with_it():
    rows = metrics([{"job_id": 1, "plugin": "core", "name": "/home/jane", "value": 1}])
    assert public(rows, schemas.METRICS_NUM).collect().height == 0


def test_every_other_text_of_a_public_table_is_screened_too():
    row = {"job_id": 1, "dataset_id": 2, "extension": "bam", "param_name": "out /home/jane", "direction": "output"}
    rows = public(frame(schemas.DATASETS, [row]), schemas.DATASETS).collect()
    assert rows.select("extension", "param_name", "direction").rows() == [("bam", None, "output")]


@pytest.mark.parametrize(
    "table",
    [
        schemas.PARAMS, schemas.METRICS_TXT, schemas.REPORTS, schemas.TOOLS, schemas.HISTORY, schemas.QUARANTINE,
        schemas.LEDGER, schemas.INSTANCES, schemas.POPULAR_PARAMS, schemas.overall(schemas.POPULAR_PARAMS),
    ],
    ids=lambda table: table.noun,
)  # fmt: skip
def test_a_table_that_may_hold_anything_is_never_public(table):
    with pytest.raises(BadInputError, match="choose one of"):
        public(pl.LazyFrame(), table)
    with pytest.raises(BadInputError, match="not open to the public"):
        withheld(pl.LazyFrame(), table)


def test_the_sample_day_is_public_as_it_stands():
    assert withheld(sample_jobs(), schemas.JOBS).collect().height == 0
    assert withheld(sample_metrics(), schemas.METRICS_NUM).collect().height == 0
    assert public(sample_jobs(), schemas.JOBS.served()).collect().height == 12_068
