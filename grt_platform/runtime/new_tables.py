"""Prints the SQL that makes the served tables of a system, for its first revision: frozen once it was released."""

import sys

from grt_platform.adapters.ddl import create_schema, rows_schema, statements
from grt_platform.runtime.tables import served_tables


def sql(system: str) -> str:
    """The statements that make the system's schema and tables, as its schemas say today."""
    tables = served_tables(system)
    schemas = [system, *([rows_schema(system)] if any(table.is_bulk for table in tables) else [])]
    made = [*map(create_schema, schemas), *(each for table in tables for each in statements(table))]
    return "".join(f"{statement};\n" for statement in made)


if __name__ == "__main__":
    sys.stdout.write(sql(sys.argv[1]))
