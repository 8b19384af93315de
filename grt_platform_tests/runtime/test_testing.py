"""What `grt test` installs: the services of the systems that exist, where the machine lacks them."""

from grt_platform.runtime.testing import missing_packages


def test_a_system_that_does_not_exist_pulls_nothing() -> None:
    assert missing_packages(["galaxy"], lambda _: False) == []


def test_what_is_there_is_not_installed_again() -> None:
    assert missing_packages(["variants", "ena"], lambda program: program == "rsync") == ["bcftools", "openssh-server"]


def test_a_system_without_needs_of_its_own_is_no_error() -> None:
    assert missing_packages(["a sixth system"], lambda _: False) == []
