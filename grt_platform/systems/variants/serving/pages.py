"""The pages of variants: projects, files, samples, questions with their plan, answers to download."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from grt_platform.adapters.accounts.projects import list_projects
from grt_platform.adapters.database import Database
from grt_platform.kernel.identity import Principal
from grt_platform.serving.page import Page, Row
from grt_platform.systems.variants.serving import answer_pages, file_pages, queries, question_page, sample_page
from grt_platform.systems.variants.serving.page_parts import HOME, address, pages
from grt_platform.web import shown
from grt_platform.web.access import Asking
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sections import Section
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix=HOME, include_in_schema=False)
SECTION = Section(
    "variants",
    "Variants",
    HOME,
    "VCF files and sample tables of projects, one question over all of them, its answer as one small file.",
    is_by_project=True,
    answers={"query": f"{HOME}/answers/"},
)
_PROJECTS = (
    Col("project", "Project", link=lambda row: address("files", project=row["project"])),
    Col("title", "Title"),
    Col("role", "Your role"),
    Col("files", "VCF files", shown.number, is_number=True),
    Col("files_ready", "ready", shown.number, is_number=True),
    Col(
        "files_rejected", "rejected", shown.number, is_number=True, mark=lambda row: "bad" * bool(row["files_rejected"])
    ),
    Col("variants", "Records", shown.number, is_number=True),
    Col("size_bytes", "Size", shown.size, is_number=True),
)


@router.get("")
@signed_in
def projects(view: View, asking: Asking) -> Response:
    """My projects and what their files hold."""

    def fetch(database: Database, page: Page) -> list[Row]:
        return _projects(database, asking)[page.offset : page.offset + page.limit]

    return view.answer(pages, "projects_of_variants.html", {"projects": Listed("Projects", _PROJECTS, fetch, _NONE)})


def _projects(database: Database, asking: Principal) -> list[dict[str, Any]]:
    seen = {row["project"]: row for row in list_projects(database, asking)}
    return [{**seen[row["project"]], **row} for row in queries.projects(database, list(seen))]


_NONE = "You are in no project yet. Whoever manages one makes you a member."

for _part in (file_pages, sample_page, question_page, answer_pages):
    router.include_router(_part.router)
