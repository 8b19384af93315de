"""What the doctor looks at for variants: the bcftools that answers questions."""

from collections.abc import Callable, Iterator
from functools import partial

from grt_platform.adapters.bcftools.limits import limits_of
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings

_OLDEST = (1, 16)


def looks(known: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is to be looked at, by the setting that it stands in."""
    yield "GRT_VARIANTS_BCFTOOLS" if known.variants_bcftools else "bcftools", partial(_bcftools, known)


def _bcftools(known: Settings) -> str:
    tool = Bcftools(limits_of(known))
    if tool.number() < _OLDEST:
        raise BadInputError(f"{tool.version()}: 1.16 or newer is needed; correct GRT_VARIANTS_BCFTOOLS, or unset it")
    return tool.version()
