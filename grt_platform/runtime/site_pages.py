"""How files of the project become pages of the documentation's site: where each stands, and what its links become."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

REFERENCE = "docs/reference.md"
_LINK = re.compile(r"(!?)\[([^]]*)]\(([^)\s]+)\)")
_FENCE = re.compile(r"^(```.*?^```)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Places:
    """Where files of the project stand in the site.

    Attributes:
        pages: Page of the site by path in the project; both with slashes, without a leading one.
        parts: Page of the site by heading of the reference, whose parts are pages of their own.
    """

    pages: Mapping[str, str]
    parts: Mapping[str, str]

    def target(self, path: str, anchor: str) -> str | None:
        """Where a heading of a file is, with its anchor; None for a file that is none of the site's.

        A part of the reference that became several pages (`#tables`) is found from the first one.
        """
        if path == REFERENCE and anchor not in self.parts:
            return self.pages[path]
        page = self.parts[anchor] if path == REFERENCE else self.pages.get(path)
        return f"{page}#{anchor}" if page and anchor else page


def cut(reference: str) -> dict[str, str]:
    """The reference as pages: one each for settings and addresses, one a system for tables and commands.

    Args:
        reference: The whole, with a heading of level 2 for each part and of level 3 for each table or command.

    Returns:
        Markdown by the page's path in the site.
    """
    introduction, *parts = re.split(r"^## ", reference, flags=re.MULTILINE)
    pages = dict[str, str]()
    for part in parts:
        title, _, body = part.partition("\n")
        pages |= (
            _by_system(title, body) if title in _CUT_FINER else {f"reference/{title.lower()}.md": f"# {title}\n{body}"}
        )
    contents = "\n".join(f"- [{_title(text)}]({posixpath.basename(name)})" for name, text in pages.items())
    return {"reference/index.md": f"{_without_links(introduction).rstrip()}\n\n{contents}\n", **pages}


def anchors(markdown: str) -> set[str]:
    """The anchors that headings get, on code forges and in the site alike."""
    titles = re.findall(r"^#+ (.+)$", _FENCE.sub("", markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def places(files: Iterable[str], reference: Mapping[str, str], beside: Mapping[str, str]) -> Places:
    """Where everything stands.

    Args:
        files: Pages and pictures below `docs`, as paths in it.
        reference: The pages of `cut`.
        beside: Page of the site by path in the project, for files outside of `docs`.
    """
    pages = {f"docs/{name}": name for name in files} | dict(beside) | {REFERENCE: "reference/index.md"}
    parts = {anchor: name for name, text in reference.items() for anchor in anchors(text)}
    return Places(pages, parts)


def relinked(markdown: str, origin: str, page: str, where: Places) -> str:
    """The text with links that lead where the site has what they mean; a link to no page of the site is its text.

    Args:
        markdown: Text of a file.
        origin: The file's path in the project.
        page: The page's path in the site.
        where: Everything's place.
    """

    def lead(found: re.Match[str]) -> str:
        mark, text, link = found.groups()
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link) or not path:
            return found[0]
        target = where.target(posixpath.normpath(posixpath.join(posixpath.dirname(origin), path)), anchor)
        if target is None:
            return text
        return f"{mark}[{text}]({posixpath.relpath(target, posixpath.dirname(page) or '.')})"

    return "".join(piece if piece.startswith("```") else _LINK.sub(lead, piece) for piece in _FENCE.split(markdown))


def expanded(nav: list[Any], files: Iterable[str]) -> list[Any]:
    """The navigation with each pattern replaced by the files that match it and that nothing else names."""
    left = [name for name in sorted(files, key=_order) if name not in set(_named(nav))]
    return list(_expanded(nav, left))


def _expanded(entries: list[Any], left: list[str]) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, dict):
            [(title, below)] = entry.items()
            inside = list(_expanded(below if isinstance(below, list) else [below], left))
            yield {title: inside if isinstance(below, list) or "*" in below else below}
        elif "*" in entry:
            for name in [name for name in left if fnmatchcase(name, entry)]:
                left.remove(name)
                yield name
        else:
            yield entry


def _named(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, dict):
            for below in entry.values():
                yield from _named(below if isinstance(below, list) else [below])
        elif "*" not in entry:
            yield entry


def _order(name: str) -> tuple[str, bool, str]:
    folder, base = posixpath.split(name)
    return folder, base not in {"README.md", "index.md"}, base


_CUT_FINER = {"Tables": "tables", "Commands": "commands"}


def _by_system(title: str, body: str) -> dict[str, str]:
    told, *entries = re.split(r"^### ", body, flags=re.MULTILINE)
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(_group(entry.partition("\n")[0]), []).append(f"## {entry}")
    return {
        f"reference/{_CUT_FINER[title]}-{group}.md": f"# {title} of {group}\n{told}{''.join(entries)}"
        for group, entries in groups.items()
    }


def _group(heading: str) -> str:
    """The system of a table (`galaxy.jobs`) or of a command (`grt galaxy load`); `grt up` is the platform's."""
    if not heading.startswith("grt "):
        return heading.partition(".")[0]
    words = heading.split()
    return words[1] if len(words) > 2 else "platform"


def _title(markdown: str) -> str:
    return markdown.partition("\n")[0].removeprefix("# ")


def _without_links(introduction: str) -> str:
    return "\n".join(line for line in introduction.splitlines() if "](#" not in line)
