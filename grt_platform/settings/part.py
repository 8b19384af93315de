"""What every part of the settings is."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Some settings with their defaults and meanings; only `Settings`, which has all parts, is ever made."""

    model_config = ConfigDict(defer_build=True)  # the validators of a part alone cost time and serve nobody
