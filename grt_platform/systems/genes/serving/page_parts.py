"""What the pages of genes share: their templates, the filter of their forms, how genes and states are shown."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from grt_platform.serving.page import Row
from grt_platform.systems.genes.serving.queries import GeneFilter
from grt_platform.web import shown
from grt_platform.web.access import PLAIN
from grt_platform.web.listing import Col
from grt_platform.web.render import Pages

HOME = "/pages/genes"
pages = Pages("grt_platform.systems.genes.serving")
MARKS = {"COMPLETE": "good", "EXECUTOR_ERROR": "bad", "SYSTEM_ERROR": "bad", "failed": "bad"}
"""How the state of an upload or its job looks."""
Words = Annotated[str, Query(max_length=1024, pattern=PLAIN)]
_Length = Annotated[int, Field(ge=0, le=2**62)] | Literal[""]
"""A length, or the empty field of a form."""
_MOST_SHOWN = 200


def gene_filter(
    name: Words = "",
    prefix: Words = "",
    digest: Annotated[str, Query(max_length=64, pattern=PLAIN)] = "",
    min_length: _Length = "",
    max_length: _Length = "",
) -> GeneFilter:
    """Which genes were asked for; an empty field of the form leaves a thing open."""
    shortest, longest = (None if value == "" else value for value in (min_length, max_length))
    return GeneFilter(name or None, prefix or None, digest or None, shortest, longest)


def gene_columns(address: str) -> tuple[Col, ...]:
    """The columns of genes.

    Args:
        address: The address of an upload, without `/` at its end; empty where rows bring their `upload_id`.
    """

    def gene(row: Row) -> str:
        return f"{address or upload_address(row)}/genes/{row['ordinal']}"

    return (
        Col("ordinal", "Record", shown.number, is_number=True, link=gene),
        Col("gene_name", "Name", _shortened, is_long=True),
        Col("occurrence", "Occurrence", shown.number, is_number=True),
        Col("length", "Letters", shown.number, is_number=True),
        Col("gc", "G+C", shown.percent, is_number=True),
        Col("digest", "Digest", is_long=True),
        Col("identical_to", "Same as record", shown.number, is_number=True),
        Col("blanks_removed", "Blanks taken out", shown.number, is_number=True),
        Col("letters_masked", "Letters masked", shown.number, is_number=True),
    )


def upload_address(row: Row) -> str:
    """The page of the upload of a row."""
    return f"{HOME}/uploads/{row['upload_id']}"


def _shortened(name: str) -> str:
    return name if len(name) <= _MOST_SHOWN else f"{name[:_MOST_SHOWN]} ..."
