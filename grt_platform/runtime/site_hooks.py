"""What MkDocs is told about the documentation: files beside `docs`, the reference in pages, links that follow."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from grt_platform.runtime.environment import project
from grt_platform.runtime.site_pages import REFERENCE, Places, cut, expanded, places, relinked

_BESIDE = {"README.md": "index.md", "deploy/.env.example": "reference/settings.md"}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The site has the pages that do not lie in `docs` as they are read, and a navigation that names them all."""
    reference = cut((project() / REFERENCE).read_text())
    outside = _outside()
    if whole := files.get_file_from_path("reference.md"):
        files.remove(whole)
    known = [file.src_uri for file in files if file.inclusion is not InclusionLevel.EXCLUDED]
    for name, text in reference.items():
        files.append(File.generated(config, name, content=text))
    for path, name in outside.items():
        files.append(File.generated(config, name, content=(project() / path).read_text()))
    config.extra["places"] = places(known, reference, _BESIDE | outside)
    config.extra["origins"] = {name: path for path, name in outside.items()} | dict.fromkeys(reference, REFERENCE)
    config.nav = expanded(list(config.nav or []), [file.src_uri for file in files if file.is_documentation_page()])
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page's links lead to pages of the site."""
    del files
    where: Places = config.extra["places"]
    name = page.file.src_uri
    return relinked(markdown, config.extra["origins"].get(name, f"docs/{name}"), name, where)


def _outside() -> dict[str, str]:
    """Page of the site by path in the project, for the texts that do not lie in `docs`."""
    found = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
    for path in sorted((project() / "deploy").rglob("*.md")):
        inside = path.relative_to(project()).as_posix()
        found[inside] = inside.removesuffix("/README.md").removesuffix(".md") + ".md"
    samples = (project() / "grt_platform/systems").glob("*/sample/README.md")
    return found | {_inside(path): f"tutorials/samples/{path.parts[-3]}.md" for path in sorted(samples)}


def _inside(path: Path) -> str:
    return path.relative_to(project()).as_posix()
