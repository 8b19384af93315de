"""Renders `docs/reference.md` and `deploy/.env.example` from the code, so that neither can say anything else."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from grt_platform.adapters.installed import systems_with
from grt_platform.kernel.table import Table
from grt_platform.runtime import commands
from grt_platform.runtime.tables import all_tables
from grt_platform.settings import Settings
from grt_platform.web.app import create_app
from grt_platform.web.openapi import described

_INTRODUCTION = """# Reference

Made from the code by `.venv/bin/python -m grt_platform.runtime.reference > docs/reference.md`; a test keeps it true.
[Settings](#settings) · [Tables](#tables) · [HTTP](#http) · [Commands](#commands)"""
_ENV_INTRODUCTION = """# Every setting of the platform with its default: set what you change in the environment.
# What `grt up` makes itself (ports, passwords, keys, addresses) it writes to GRT_HOME/grt.env."""


def reference() -> str:
    """The whole reference, as Markdown."""
    return "\n".join([_INTRODUCTION, *_settings(), *_tables(), *_addresses(), *_commands()]) + "\n"


def env_example() -> str:
    """Every setting as a commented line, with its meaning and default."""
    parts = [f"# {description}\n#{name}={default}" for name, default, description in _known_settings()]
    return "\n\n".join([_ENV_INTRODUCTION, *parts]) + "\n"


def command_tree() -> click.Group:
    """All commands of `grt`, as the command door shows them."""
    group = click.Group("grt")
    for module in iter_modules(commands.__path__):
        group.add_command(import_module(f"{commands.__name__}.{module.name}").command, module.name.replace("_", "-"))
    for system in systems_with("serving/cli.py"):
        group.add_command(import_module(f"grt_platform.systems.{system}.serving.cli").group, system)
    return group


def _known_settings() -> Iterator[tuple[str, str, str]]:
    for name, field in Settings.model_fields.items():
        default = ".grt" if name == "home" else field.get_default(call_default_factory=True)
        shown = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
        yield f"GRT_{name.upper()}", shown, field.description or ""


def _settings() -> Iterator[str]:
    yield "\n## Settings\n\nFrom the environment, else from `GRT_HOME/grt.env`.\n"
    rows = [(f"`{name}`", _code(default), description) for name, default, description in _known_settings()]
    yield from _table(("setting", "default", "meaning"), rows)


def _tables() -> Iterator[str]:
    yield (
        "\n## Tables\n\nIn the lake `GRT_HOME/lake/<system>/<table>/`; in Postgres `<system>.<table>`, unless private. "
        "Units are in the names of columns; times are UTC."
    )
    for table in all_tables().values():
        yield f"\n### {table.system}.{table.noun}\n\n{_facts(table)}\n"
        rows = [
            (f"`{column.name}`", column.kind.postgres, "" if column.is_nullable else "not null", column.description)
            for column in table
        ]
        yield from _table(("column", "type", "", "meaning"), rows)


def _facts(table: Table) -> str:
    facts = [
        f"{table.description}.",
        f"Layer: {table.layer}.",
        f"Cut by: {_names(table.partition_by) or 'nothing'}.",
        f"Key: {_names(table.key)}." if table.key else "",
        "**Private**: it stays in the lake." if table.is_private else "",
    ]
    return " ".join(fact for fact in facts if fact)


def _addresses() -> Iterator[str]:
    yield "\n## HTTP\n\nThe same for programs: `GET /openapi.json`. Errors are `application/problem+json` (RFC 9457).\n"
    yield "A parameter of a `GET` that the address does not have is refused (422), and those it has are named.\n"
    rows = [
        (f"`{method.upper()} {path}`", f"{said['summary']}.", _names(_parameters(said)), said["x-asks-for"])
        for path, methods in described(create_app())["paths"].items()
        for method, said in methods.items()
    ]
    yield from _table(("address", "answer", "parameters", "asks for"), rows)


def _parameters(said: dict[str, Any]) -> list[str]:
    return [each["name"] for each in said.get("parameters", ()) if each["in"] == "query"]


def _commands() -> Iterator[str]:
    yield "\n## Commands\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part. Every command has `--help`."
    for path, command in walk(command_tree(), "grt"):
        context = click.Context(command, info_name=path)
        yield f"\n### {path}\n\n`{' '.join([path, *command.collect_usage_pieces(context)])}`\n"
        yield " ".join((command.help or "").split())
        options = [each for each in command.params if isinstance(each, click.Option)]
        records = [record for option in options if (record := option.get_help_record(context))]
        rows = [(f"`{flags}`", meaning) for flags, meaning in records]
        if rows:
            yield ""
            yield from _table(("option", "meaning"), rows)


def walk(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group that does something, with its full name."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from walk(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def main(arguments: list[str]) -> None:
    """Write the reference, or with `--env-example` the example of the environment, to standard output."""
    sys.stdout.write(env_example() if arguments == ["--env-example"] else reference())


if __name__ == "__main__":
    main(sys.argv[1:])
