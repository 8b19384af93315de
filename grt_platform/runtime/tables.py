"""The tables of the whole platform, as its modules describe them."""

from importlib import import_module

from grt_platform.kernel.schemas import platform_tables
from grt_platform.kernel.table import Table
from grt_platform.runtime.systems import system_names


def all_tables() -> dict[str, Table]:
    """Every table of every system by `system/layer/noun`, the registries last, then the platform's own."""
    found: dict[str, Table] = {}
    for system in system_names():
        module = import_module(f"grt_platform.systems.{system}.schemas")
        registries = [each for each in vars(module).values() if isinstance(each, Table) and each.layer == "registry"]
        found |= {table.name: table for table in (*module.TABLES, *registries)}
    return found | {table.name: table for table in platform_tables()}
