"""What the doctor looks at for lustre: settings with a syntax, stand-ins of a directory and of `lfs`, and `lfs`."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.logic.archived import parse_archived_dirs
from grt_platform.systems.lustre.logic.levels import parse_levels
from grt_platform.systems.lustre.logic.rules import parse_areas, parse_classes
from grt_platform.systems.lustre.sources.groups import groups_source
from grt_platform.systems.lustre.sources.quotas import quotas_source

_PARSERS: dict[str, Callable[[str], object]] = {
    "lustre_areas": parse_areas,
    "lustre_classes": parse_classes,
    "lustre_warnings": parse_levels,
    "lustre_archived_dirs": parse_archived_dirs,
}


def looks(known: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is to be looked at, by the setting that it stands in; a directory is the platform's own matter."""
    for name, parse in _PARSERS.items():
        if name in known.model_fields_set:
            yield f"GRT_{name.upper()}", partial(_read, parse, getattr(known, name))
    if known.lustre_groups_file:
        yield "GRT_LUSTRE_GROUPS_FILE", partial(_groups, known)
    if known.lustre_quotas_file:
        yield "GRT_LUSTRE_QUOTAS_FILE", partial(_quotas, known)
    elif known.lustre_lfs != "lfs":
        yield "GRT_LUSTRE_LFS", partial(_lfs, known.lustre_lfs)


def _read(parse: Callable[[str], object], text: str) -> str:
    parse(text)
    return f"{text} is understood"


def _groups(known: Settings) -> str:
    source = groups_source(known)
    assert source is not None
    return f"{known.lustre_groups_file} holds {source.fetch().frame.height} groups"


def _quotas(known: Settings) -> str:
    source = quotas_source(known)
    assert source is not None
    return f"{known.lustre_quotas_file} holds {source.fetch([], []).frame.height} quotas"


def _lfs(program: str) -> str:
    if shutil.which(program) is None:
        raise BadInputError(f"{program} is no program on this machine: install it, or correct GRT_LUSTRE_LFS")
    return f"{program} is there"
