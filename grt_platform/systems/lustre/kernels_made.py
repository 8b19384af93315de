"""The kernels of lustre are compiled before a dump is read: by one run, while others wait for it."""

from pathlib import Path

import numba

from grt_platform.adapters.machine_code import made_once
from grt_platform.settings import home
from grt_platform.systems.lustre.logic import kernels
from grt_platform.systems.lustre.logic.warm import warm_up


def make_kernels() -> None:
    """About 20 CPU seconds with new code or a new numba, else nothing."""
    made_once(warm_up, "lustre", home() / "kernels", [Path(kernels.__file__).parent], numba.__version__)
