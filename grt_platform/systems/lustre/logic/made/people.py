"""The groups and users of made dumps: as many as a volume of an institute has, some of whom no directory knows."""

from dataclasses import dataclass

GROUPS = 66
UNKNOWN_GIDS = (59_901, 59_902, 59_903)
"""Gids that occur in dumps and in no directory."""
_TOPICS = ("crohns", "ukbb", "otcoregen", "hgdp", "interval", "ddd", "pagoda", "malaria", "wtccc", "sgdp", "blueprint")
_SURNAMES = ("Anderson", "Barrett", "Chanock", "Durbin", "Eising", "Hurles", "Müller", "O'Neill", "Soranzo", "Zeggini")
_LEAST_GID, _LEAST_UID = 1100, 7000
USERS = 400


@dataclass(frozen=True, slots=True)
class Group:
    """One group.

    Attributes:
        weight: How often a project of an old volume is its.
        growth: How often what is new is its; some groups stopped growing, some only delete.
    """

    gid: int
    name: str
    pi: str | None
    is_humgen: bool
    weight: int
    growth: int
    is_shrinking: bool


def _group(number: int) -> Group:
    gid = UNKNOWN_GIDS[number - GROUPS] if number >= GROUPS else _LEAST_GID + 7 * number
    topic = _TOPICS[number % len(_TOPICS)]
    is_humgen = number % 3 != 2 and number < GROUPS
    return Group(
        gid,
        topic if number < len(_TOPICS) else f"{topic}_{number}",
        _SURNAMES[number % len(_SURNAMES)] if is_humgen and number % 7 else None,
        is_humgen,
        weight=1000 // (number + 1) + 5,
        growth=(0, 1, 3, 0)[number % 4] * (1000 // (number + 1) + 5),
        is_shrinking=number % 4 == 3,
    )


ALL_GROUPS = tuple(_group(number) for number in range(GROUPS + len(UNKNOWN_GIDS)))
KNOWN_GROUPS = ALL_GROUPS[:GROUPS]


def uid_of(number: int) -> int:
    """The uid of a user."""
    return _LEAST_UID + 11 * number
