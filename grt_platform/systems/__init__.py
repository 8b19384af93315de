"""The systems of the platform: one folder each, found by listing this one."""

from pathlib import Path

from grt_platform.kernel.errors import BadInputError

FOLDER = Path(__file__).parent


def system_names(chosen: str = "") -> list[str]:
    """The systems by name, in order; none is imported for it.

    Args:
        chosen: Those that an installation has (`GRT_SYSTEMS`), by blanks; all where it is empty.

    Raises:
        BadInputError: There is none of this name.
    """
    known, wanted = {path.parent.name for path in FOLDER.glob("*/__init__.py")}, set(chosen.split())
    if strange := sorted(wanted - known):
        raise BadInputError(f"GRT_SYSTEMS names {', '.join(strange)}, but the systems are {', '.join(sorted(known))}")
    return sorted(wanted or known)
