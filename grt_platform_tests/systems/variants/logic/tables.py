"""Sample tables for tests: the reference's example, and files of the sample data."""

from pathlib import Path

from grt_platform.systems.variants.logic.sample_table import SampleTable
from grt_platform.systems.variants.logic.sample_table_file import read_sample_table

DATA = Path(__file__).parents[3] / "data" / "variants"

EIGHT = """#Sample_ID\tPopulation\tArea\tWeight
S1\t1\tNorth\t12.1
S2\t[2, 4]\tEast\t18.8
S3\t3\t["West", "South"]\t15.0
S4\t4\tWest\t20.2
S5\t5\tNorth\t16.1
S6\t6\tEast\t25.2
S7\t[1, 3, 5]\tSouth\t22.6
S8\t2\tWest\t19.5
"""


def table(text: str | bytes) -> SampleTable:
    return read_sample_table(text.encode() if isinstance(text, str) else text, "samples.tsv")


def of_file(name: str) -> SampleTable:
    return read_sample_table((DATA / name).read_bytes(), name)
