"""Samples over HTTP: tables to fill in and to judge, filters answered at once, counts and plans of questions."""

from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from grt_platform.settings import settings
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.serving import choosing
from grt_platform.systems.variants.serving.question_body import Question
from grt_platform.web.access import PLAIN
from grt_platform.web.bodies import allow_body
from grt_platform.web.inside import Reading
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/projects/{project}", tags=["variants: samples"])
_TSV = "text/tab-separated-values; charset=utf-8"
_IN_MEMORY = 256 * 1024


class SampleQuestion(BaseModel):
    """Which samples a filter chooses."""

    model_config = ConfigDict(extra="forbid")

    filter: str = Field(
        "", max_length=65_536, description="Such as `Area:North,West;Weight:>10`; empty for every sample"
    )
    sample_table: str = Field("", max_length=1024, pattern=PLAIN, description="Its name, where there are several")
    project_version: str = Field("", max_length=200, pattern=PLAIN, description="Ask this version of the project")
    pairs: bool = Field(default=False, description="Tell for each sample which files hold it")


@router.get("/samples/template", summary="A sample table to fill in", response_class=Response)
@signed_in
def template(request: Request, project: Reading) -> Response:
    """The header `#Sample_ID` and a line for each sample of the project's files."""
    disposition = {"Content-Disposition": 'attachment; filename="sample_metadata.tsv"'}
    return Response(choosing.template(request.app.state.warehouse, project), media_type=_TSV, headers=disposition)


@router.post("/samples/validations", summary="Judge a sample table before it is uploaded")
@signed_in
async def validate(
    request: Request,
    project: Reading,
    name: Annotated[str, Query(max_length=1024, pattern=PLAIN, description="Its name")] = "sample_metadata.tsv",
) -> dict[str, Any]:
    """The body is the table; every error and warning with column and rows, and how it fits the project's files."""
    allow_body(request, settings().variants_table_bytes)
    with SpooledTemporaryFile(_IN_MEMORY) as body:
        async for piece in request.stream():
            body.write(piece)
        body.seek(0)
        return await run_in_threadpool(choosing.judged, request.app.state.warehouse, project, body, name)


@router.post("/samples/queries", summary="Which samples a filter chooses, and in which files they are")
@signed_in
def query(request: Request, project: Reading, asked: SampleQuestion) -> dict[str, Any]:
    """Answered at once, in the order of the table."""
    return choosing.chosen(
        request.app.state.warehouse,
        project,
        filter_text=asked.filter,
        table=asked.sample_table,
        checkpoint=asked.project_version,
        with_pairs=asked.pairs,
    )


@router.post("/counts", summary="How many samples, files and records a question is about")
@signed_in
def count(request: Request, project: Reading, question: Question) -> dict[str, Any]:
    """Answered at once; the result has no more records than it tells, for the command may leave some out."""
    return choosing.counted(request.app.state.warehouse, project, question.asked(), plan_limits())


@router.post("/plans", summary="What a question would read, and about how long it would take")
@signed_in
def plan(request: Request, project: Reading, question: Question) -> dict[str, Any]:
    """Answered at once; nothing is read but what is known of the files."""
    return choosing.planned(request.app.state.warehouse, project, question.asked(), plan_limits())
