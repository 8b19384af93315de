"""The documentation names only what is there (files, commands, settings, addresses, tables) and is current."""

import ast
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import click
import pytest

from grt_platform.adapters.installed import system_names
from grt_platform.runtime.reference import command_tree, env_example, reference
from grt_platform.runtime.tables import all_tables
from grt_platform.settings import Settings
from grt_platform.web.app import create_app

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = {".venv", ".boot", ".cache", ".git", ".grt", "node_modules", "test-output"}


def pages() -> list[Path]:
    """Every page of the project; folders that are not ours are not looked into."""
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [each for each in below if each not in HIDDEN]
        found += [Path(folder, name) for name in names if name.endswith(".md")]
    return sorted(found)


PAGES = pages()
RENEW = ".venv/bin/python -m grt_platform.runtime.reference"
FENCE = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
PLACEHOLDER = re.compile(r"\{.*\}|[A-Z_]+")  # as usage lines have them
LINK = re.compile(r"\[[^]]*]\(([^)\s]+)\)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def fences(text: str) -> Iterator[str]:
    """The lines of fenced blocks, continued lines joined."""
    for block in FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()


def commands(text: str) -> Iterator[tuple[list[str], bool]]:
    """The arguments of every `grt` command, and whether it is meant whole: in a fenced block, not in a code span."""
    spans = CODE.findall(FENCE.sub("", text))
    for line, is_whole in [*((line, True) for line in fences(text)), *((span, False) for span in spans)]:
        found = re.match(r"(?:[A-Z_]+=\S+ )*(?:\./)?grt (\S.*)", line.strip())
        if found:
            words = shlex.split(found[1], comments=True)
            yield (
                [word for word in takewhile(lambda word: word not in {"|", ">"}, words) if word != "[OPTIONS]"],
                is_whole,
            )


def parsed(arguments: list[str], *, is_whole: bool) -> None:
    """The command and its options exist, with values they take; a whole command has all its arguments too."""
    command: click.Command = command_tree()
    words = list(arguments)
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        assert name in command.commands, f"there is no command {name!r}"
        command = command.commands[name]
    context = click.Context(command)
    given, left, order = command.make_parser(context).parse_args(words)
    assert not left or command.ignore_unknown_options, f"takes no argument {left}"
    for parameter in {each.name: each for each in order}.values():
        if isinstance(parameter.type, click.Choice | click.types.IntRange):
            value = given[parameter.name]
            if is_whole or (isinstance(value, str) and not PLACEHOLDER.fullmatch(value)):
                parameter.type.convert(value, parameter, context)
    if is_whole:
        for parameter in command.params:
            if isinstance(parameter, click.Argument) and parameter.required:
                assert isinstance(given.get(parameter.name), str | tuple), f"lacks {parameter.name}"


@cache
def addresses() -> tuple[re.Pattern[str], ...]:
    """A pattern for each address of the API."""
    return tuple(re.compile(re.sub(r"\\{.*?\\}", "[^?]+", re.escape(path))) for path in create_app().openapi()["paths"])


def test_the_reference_is_current():
    assert (ROOT / "docs/reference.md").read_text() == reference(), f"renew it: {RENEW} > docs/reference.md"


def test_the_example_of_the_environment_is_current():
    text = (ROOT / "deploy/.env.example").read_text()
    assert text == env_example(), f"renew it: {RENEW} --env-example > deploy/.env.example"


def test_the_reference_tells_every_command_setting_and_table():
    text = reference()
    assert {"grt up", "grt galaxy load"} <= set(re.findall(r"^### (grt .+)$", text, re.MULTILINE))
    assert all(f"| `GRT_{name.upper()}` |" in text for name in Settings.model_fields)
    assert all(f"### {table.system}.{table.noun}\n" in text for table in all_tables().values())
    assert "**Private**" in text.split("### galaxy.params")[1].split("###")[0]


@every_page
def test_every_relative_link_leads_to_a_file_and_heading(page):
    broken = []
    for target in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in headings(file.read_text())):
            broken.append(target)
    assert broken == []


def headings(text: str) -> set[str]:
    """The anchors that headings get on code forges."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_every_command_exists_with_its_options(page):
    for arguments, is_whole in commands(page.read_text()):
        try:
            parsed(arguments, is_whole=is_whole)
        except (AssertionError, click.UsageError) as error:
            pytest.fail(f"grt {shlex.join(arguments)}: {error}")


@every_page
def test_every_setting_exists(page):
    known = {f"GRT_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"GRT_[A-Z0-9_]*", page.read_text()))
    unknown = {name for name in named if name not in known and not is_family(name, known)}
    assert unknown == set()


def is_family(name: str, known: set[str]) -> bool:
    """Whether it stands for several settings, as in `GRT_ALERT_*`."""
    return name.endswith("_") and any(each.startswith(name) for each in known)


@every_page
def test_every_address_exists(page):
    text = page.read_text()
    named = set(re.findall(r"(?<=[\s`\"])(/(?:galaxy|genes|variants|ena)/[\w/{}.:*-]+)", text))
    named |= set(re.findall(r"\$GRT_WEB_URL(/\w[\w/{}.:*-]*)", text.replace("$ID", "{id}").replace("$JOB", "{id}")))
    unknown = [path for path in sorted(named) if not any(known.fullmatch(path) for known in addresses())]
    assert unknown == []


@every_page
def test_every_table_exists(page):
    text = page.read_text()
    known = {f"{table.system}.{table.noun}" for table in all_tables().values()}
    systems = "|".join(system_names())
    named = set(re.findall(rf"(?<![\w/.@\-\[(])(?:{systems})\.(?!(?:md|fa|fasta)\b)[a-z_]+(?![\w.])", text))
    keys = {".".join(found) for found in re.findall(rf"\b({systems})/(?:table|product|served)/([a-z_]+)", text)}
    assert (named | keys) - known == set()


@cache
def sentences() -> str:
    """Every text in the code of the package, one a line, NUL where something is filled in."""
    found = []
    for path in (ROOT / "grt_platform").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def messages(text: str) -> Iterator[str]:
    """The messages in the first cells of the tables that explain them."""
    for head in ("Messages and remedies", "Rejected whole", "Rows in quarantine"):
        for row in re.findall(r"^\| (`.*?) \|", text.partition(f" {head}\n")[2].partition("\n#")[0], re.MULTILINE):
            yield from CODE.findall(row)


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/galaxy/README.md"])
def test_every_message_that_is_explained_is_one_of_the_programs(page):
    told = list(messages((ROOT / page).read_text()))
    pieces = {
        piece.strip(" :;()") for message in told for piece in re.split(r"\.\.\.|<\w+>|0x\w+|[\d.]+|GRT_\w+", message)
    }
    assert len(told) > 10
    assert [piece for piece in sorted(pieces) if piece not in sentences()] == []


def test_the_checks_of_this_file_can_fail():
    bad_commands = ["nope", "galaxy nope", "galaxy tools --nope", "galaxy export jobs --format xlsx", "down now"]
    for line in [*bad_commands, "galaxy tools --limit 0"]:
        with pytest.raises((AssertionError, click.UsageError)):
            parsed(line.split(), is_whole=False)
    with pytest.raises(AssertionError):
        parsed(["galaxy", "export"], is_whole=True)
    assert not any(known.fullmatch("/galaxy/nope") for known in addresses())
    assert headings("# One `two` three!\n") == {"one-two-three"}
    assert list(commands("```\nGRT_HOME=x ./grt up # now\n```\nand `grt down`")) == [(["up"], True), (["down"], False)]
