"""What every test gets: no telemetry, no inherited settings, and the real services as fixtures."""

import os
import signal
from collections import Counter

import pytest
from hypothesis import settings

for name in [name for name in os.environ if name.startswith("GRT_")]:
    del os.environ[name]
os.environ.pop("DAGSTER_HOME", None)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# A shell that starts tests in the background has them ignore SIGINT. Dagster, once it ran something here, would have
# them ignore SIGTERM, too, and so would every process that a later test starts and wants to end.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("busy", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("busy")

pytest_plugins = [
    "grt_platform_tests.fixtures.oidc",
    "grt_platform_tests.fixtures.postgres",
    "grt_platform_tests.fixtures.seaweed",
    "grt_platform_tests.fixtures.slapd",
    "grt_platform_tests.fixtures.sshd",
    "grt_platform_tests.fixtures.services",
    "grt_platform_tests.fixtures.warehouse",
    "grt_platform_tests.fixtures.platform",
    "grt_platform_tests.fixtures.web",
    "grt_platform_tests.fixtures.chromium",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of slow tests come first: in the end no processor waits for the last of them."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])
