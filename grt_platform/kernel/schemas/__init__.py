"""The tables of the platform itself, a module with `TABLES` for each Postgres schema, found by listing."""

from importlib import import_module
from pkgutil import iter_modules

from grt_platform.kernel.table import Table


def platform_tables() -> tuple[Table, ...]:
    """Every table of the platform's own schemas."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(table for name in names for table in import_module(f"{__name__}.{name}").TABLES)
