"""The systems of the platform: one folder each, found by listing; none is imported to tell of it."""

import ast
from pathlib import Path

from grt_platform.kernel.errors import BadInputError

_FOLDER = Path(__file__).parents[1] / "systems"


def system_names(chosen: str = "") -> list[str]:
    """The systems by name, in order.

    Args:
        chosen: Those that an installation has (`GRT_SYSTEMS`), by blanks; all where it is empty.

    Raises:
        BadInputError: There is none of this name.
    """
    known, wanted = {path.parent.name for path in _FOLDER.glob("*/__init__.py")}, set(chosen.split())
    if strange := sorted(wanted - known):
        raise BadInputError(f"GRT_SYSTEMS names {', '.join(strange)}, but the systems are {', '.join(sorted(known))}")
    return sorted(wanted or known)


def systems_with(part: str, chosen: str = "") -> list[str]:
    """The systems, all or those chosen (`GRT_SYSTEMS`), that have this file, such as `serving/cli.py`."""
    return [name for name in system_names(chosen) if (_FOLDER / name / part).is_file()]


def summary(name: str) -> str:
    """The first line of the system's own description."""
    docstring = ast.get_docstring(ast.parse((_FOLDER / name / "__init__.py").read_text())) or ""
    return docstring.partition("\n")[0]
