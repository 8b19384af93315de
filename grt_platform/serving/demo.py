"""What a system shows in `grt demo`: its hook `serving/demo.py` has `run(platform)`, which returns these results.

A hook that needs something beside the platform has `surroundings()`, too: a context that holds it and yields settings.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoPlatform:
    """The running platform that a demo talks to.

    Attributes:
        home: GRT_HOME.
        web_url: Address of the HTTP API.
        ui_url: Address of the Dagster UI.
        admin_key: The administrator's key for the HTTP API.
        is_ours: Whether the demo started it, with the settings of all surroundings.
    """

    home: Path
    web_url: str
    ui_url: str
    admin_key: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class DemoResult:
    """One line of the demo's table.

    Attributes:
        question: What somebody wanted to know.
        answer: What the platform says, from the sample data.
        where: A URL, a folder or a command that shows more.
    """

    question: str
    answer: str
    where: str
