"""The systems of this platform, found by listing their folder; none is imported for it."""

import ast
from pathlib import Path

import grt_platform.systems

_SYSTEMS = Path(grt_platform.systems.__file__).parent


def system_names() -> list[str]:
    """Every system by name."""
    return sorted(path.parent.name for path in _SYSTEMS.glob("*/__init__.py"))


def systems_with(part: str) -> list[str]:
    """The systems that have this file, such as `serving/cli.py`."""
    return [name for name in system_names() if (_SYSTEMS / name / part).is_file()]


def summary(name: str) -> str:
    """The first line of the system's own description."""
    docstring = ast.get_docstring(ast.parse((_SYSTEMS / name / "__init__.py").read_text())) or ""
    return docstring.partition("\n")[0]
