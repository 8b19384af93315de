"""Fixtures of the tests of variants."""

from collections.abc import Iterator

import pytest

from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.variants.project import FIRST, LAST, TABLE, Project, project_of


@pytest.fixture
def alpha(live_web: LiveWeb) -> Iterator[Project]:
    """Project alpha, as its manager sees it."""
    with project_of(live_web, live_web.person("ann", alpha=Role.MANAGE).headers) as project:
        yield project


@pytest.fixture
def fish(alpha: Project) -> Project:
    """Two files of ten samples each, and the table of all twenty."""
    for name, data in (("first.vcf.gz", FIRST), ("last.vcf.gz", LAST), ("fish.tsv", TABLE)):
        alpha.put(name, data)
    alpha.look()
    return alpha
