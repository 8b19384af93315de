"""What the uniform verbs need to know of a system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from grt_platform.kernel.errors import BadInputError

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse
    from grt_platform.kernel.table import Table


@dataclass(frozen=True, slots=True)
class Loaded:
    """One object that was put into raw: how the ledger will name it."""

    source: str
    sha256: str
    partition: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """One system, as the doors see it.

    Attributes:
        system: Its name.
        is_settled: Whether everything that follows from the loaded objects is served.
        pending: Rows like the ledger's for objects that lie in raw and cannot be taken yet.
        partitions: Partitions that raw holds something for, as Dagster names them.
    """

    system: str
    is_settled: "Callable[[Warehouse, Sequence[Loaded]], bool]"
    pending: Callable[[], list[dict[str, object]]]
    partitions: Callable[[], list[str]]

    @property
    def tables(self) -> "dict[str, Table]":
        """Every table of the system by its noun."""
        module = import_module(f"grt_platform.systems.{self.system}.schemas")
        return {table.noun: table for table in module.TABLES}

    @property
    def rebuilt(self) -> list[list[str]]:
        """Asset keys that a rebuild materializes: whatever is cut as raw is, and is served of it; the rest follows."""
        tables = self.tables
        made = [table for table in tables.values() if table.partition_by == tables["ledger"].partition_by]
        return [table.asset_key for table in (*made, *(table.served() for table in made if not table.is_private))]

    def table(self, noun: str) -> "Table":
        """The table of that noun.

        Raises:
            BadInputError: There is none.
        """
        tables = self.tables
        if noun not in tables:
            raise BadInputError(f"{self.system} has no table '{noun}'; it has {', '.join(sorted(tables))}")
        return tables[noun]
