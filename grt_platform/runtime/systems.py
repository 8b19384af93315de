"""What the folders of the systems tell without importing them."""

import ast

from grt_platform.systems import FOLDER, system_names


def systems_with(part: str, chosen: str = "") -> list[str]:
    """The systems, all or those chosen (`GRT_SYSTEMS`), that have this file, such as `serving/cli.py`."""
    return [name for name in system_names(chosen) if (FOLDER / name / part).is_file()]


def summary(name: str) -> str:
    """The first line of the system's own description."""
    docstring = ast.get_docstring(ast.parse((FOLDER / name / "__init__.py").read_text())) or ""
    return docstring.partition("\n")[0]
