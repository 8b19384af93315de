"""What lustre's pages share: their templates, the date of a form, where a volume is."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query

from grt_platform.settings import settings
from grt_platform.web.render import Pages

pages = Pages("grt_platform.systems.lustre.serving")
VolumeName = Annotated[str, Query(max_length=100, pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]*)?$")]
FormDate = date | Literal[""]
"""A date, or the empty field of a form."""


def _day(text: Annotated[FormDate, Query(alias="date")] = "") -> date | None:
    return text or None


DumpDate = Annotated[date | None, Depends(_day)]
"""The date of a dump; None for the newest."""


def mounted(volume: str) -> str:
    """The path of a volume, as the settings tell it."""
    return settings().lustre_mounts.replace("{volume}", volume)
