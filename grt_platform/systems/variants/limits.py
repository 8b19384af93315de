"""The bounds on plans, as the settings say."""

from grt_platform.settings import settings
from grt_platform.systems.variants.logic.planning import PlanLimits


def plan_limits() -> PlanLimits:
    """What plans reckon with."""
    return PlanLimits(files_at_once=settings().variants_files_at_once)
