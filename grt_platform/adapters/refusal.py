"""What a platform does not start with."""

from grt_platform.adapters.installed import system_names
from grt_platform.adapters.weak_secrets import refuse_weak_secrets
from grt_platform.settings import Settings


def refuse_bad_settings(chosen: Settings) -> None:
    """Nothing happens where every process can start with these settings.

    Raises:
        BadInputError: A secret of a server is weak, or a system is named that does not exist.
    """
    system_names(chosen.systems)
    refuse_weak_secrets(chosen)
