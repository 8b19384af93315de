"""A browser for the tests of signing in."""

import pytest

from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import browser, person_with_password


@pytest.fixture
def ann(live_web: LiveWeb):
    """A browser of somebody who has an account and is not signed in."""
    person_with_password(live_web)
    with browser(live_web) as made:
        yield made
