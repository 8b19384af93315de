"""Every GRT_* setting of the platform, one file a part; nothing else reads the environment for them."""

import os
from functools import cache
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings.doors import DoorSettings
from grt_platform.settings.ena import EnaSettings
from grt_platform.settings.galaxy import GalaxyPageSettings, GalaxyReportSettings
from grt_platform.settings.genes import GenesSettings
from grt_platform.settings.installation import InstallationSettings, home
from grt_platform.settings.jobs import JobSettings
from grt_platform.settings.lustre import LustreDumpSettings, LustreSourceSettings
from grt_platform.settings.objects import ObjectSettings
from grt_platform.settings.people import PeopleSettings
from grt_platform.settings.running import RunningSettings
from grt_platform.settings.variants import VariantsSettings

__all__ = ["Settings", "given", "home", "settings"]


# The fields of the last base come first, in the reference too.
class Settings(
    VariantsSettings,
    GenesSettings,
    LustreDumpSettings,
    GalaxyReportSettings,
    EnaSettings,
    JobSettings,
    LustreSourceSettings,
    RunningSettings,
    GalaxyPageSettings,
    ObjectSettings,
    PeopleSettings,
    DoorSettings,
    InstallationSettings,
    BaseSettings,
):
    """The settings of one process: the environment first, then `GRT_HOME/grt.env`, which `grt up` writes."""

    model_config = SettingsConfigDict(env_prefix="GRT_", extra="ignore", frozen=True, defer_build=False)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return _read(home() / "grt.env")


def given() -> Settings:
    """What a person set: the environment, without what somebody took into it from `grt.env` itself."""
    made = dotenv_values(home() / "grt.env")
    echoes = {name.removeprefix("GRT_").lower() for name, value in made.items() if os.environ.get(name) == value}
    fields = Settings.model_fields
    defaults = {name: fields[name].get_default(call_default_factory=True) for name in echoes & set(fields)}
    return _read(None).model_copy(update=defaults)


def _read(env_file: Path | None) -> Settings:
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GRT_{'_'.join(map(str, first['loc'])).upper()}"
        raise BadInputError(f"{name} is {first['input']!r}: {first['msg']}; correct it or unset it") from error
