"""What `grt test` installs: services of the foundation and of the systems that exist, where the machine lacks them."""

from grt_platform.runtime.testing import missing_packages


def test_what_the_foundation_needs_is_installed_whatever_systems_there_are() -> None:
    foundation = ["bcftools", "chromium", "faketime", "nginx-light", "rabbitmq-server", "slapd"]
    assert missing_packages([], lambda _: False) == foundation


def test_a_system_that_does_not_exist_pulls_nothing() -> None:
    assert "rsync" not in missing_packages(["galaxy"], lambda _: False)


def test_what_is_there_is_not_installed_again() -> None:
    is_there = {"rsync", "slapd"}.__contains__
    assert missing_packages(["genes", "ena"], is_there) == [
        "bcftools",
        "chromium",
        "faketime",
        "nginx-light",
        "openssh-server",
        "rabbitmq-server",
    ]


def test_a_system_without_needs_of_its_own_is_no_error() -> None:
    everything = {"slapd", "bcftools", "chromium", "rabbitmq-server", "faketime", "nginx"}
    assert missing_packages(["a sixth system"], everything.__contains__) == []
