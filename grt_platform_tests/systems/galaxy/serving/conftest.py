"""A Galaxy server with a folder of reports, registered with a live web door."""

from pathlib import Path

import pytest

from grt_platform.systems.galaxy.serving.instances import Credentials
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.client import GalaxyClient


@pytest.fixture
def galaxy(live_web: LiveWeb, server: Credentials, tmp_path: Path) -> GalaxyClient:
    """The server's upload client."""
    return GalaxyClient(f"{live_web.url}/galaxy/", tmp_path / "reports", server)
