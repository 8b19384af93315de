"""Whether the directories of groups are archived, by the mark that the archiver leaves in them."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grt_platform.systems.lustre.logic.archived import MARK


@dataclass(frozen=True, slots=True)
class Archived:
    """What was found.

    Attributes:
        found: For each group its archived directory, or None.
        warnings: What people should look at.
    """

    found: Mapping[str, str | None]
    warnings: tuple[str, ...] = ()


def probe(volume: str, groups: Iterable[str], folders: Mapping[str, tuple[str, ...]]) -> Archived:
    """Look for the mark in each group's directories; the first that has it counts, what cannot be read has none.

    Args:
        volume: Where the groups are.
        groups: Those to look at; each is a stat or two.
        folders: Where groups' directories are, by volume.
    """
    wanted = sorted(set(groups))
    if volume not in folders:
        told = f"{volume}: nobody knows where groups' directories are; add it to GRT_LUSTRE_ARCHIVED_DIRS"
        return Archived(dict.fromkeys(wanted), (told,) if wanted else ())
    return Archived({group: _marked(group, folders[volume]) for group in wanted})


def _marked(group: str, folders: Iterable[str]) -> str | None:
    if "/" in group or "\0" in group or group in ("", ".", ".."):
        return None
    return next((place for folder in folders if _has_mark(place := f"{folder}/{group}")), None)


def _has_mark(place: str) -> bool:
    try:
        os.lstat(f"{place}/{MARK}")
    except OSError:
        return False
    return True
