"""Where the sample files are."""

from pathlib import Path

import grt_platform.systems.genes

SAMPLE = Path(grt_platform.systems.genes.__file__).parent / "sample"
