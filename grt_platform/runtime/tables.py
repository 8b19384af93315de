"""The tables of the whole platform, as its modules describe them."""

from importlib import import_module
from types import ModuleType

from grt_platform.adapters.installed import system_names
from grt_platform.kernel.schemas import platform_tables
from grt_platform.kernel.table import Table


def served_tables(system: str) -> tuple[Table, ...]:
    """The system's tables that Postgres holds: those that are served, and its registries."""
    module = import_module(f"grt_platform.systems.{system}.schemas")
    return (*module.SERVED_TABLES, *(table for table in _described_in(module) if table.layer == "registry"))


def _described_in(module: ModuleType) -> list[Table]:
    return [each for each in vars(module).values() if isinstance(each, Table)]


def all_tables() -> dict[str, Table]:
    """Every table of every system by `system/layer/noun`, the registries last, then the platform's own."""
    found: dict[str, Table] = {}
    for system in system_names():
        module = import_module(f"grt_platform.systems.{system}.schemas")
        registries = [table for table in _described_in(module) if table.layer == "registry"]
        found |= {table.name: table for table in (*module.TABLES, *registries)}
    return found | {table.name: table for table in platform_tables()}
