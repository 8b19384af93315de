import pytest
from click.testing import CliRunner

from grt_platform.systems.lustre.serving.cli import group


@pytest.mark.parametrize("command", ["report", "projects"])
def test_two_forms_at_once_are_wrong_usage(command):
    result = CliRunner().invoke(group, [command, "--tsv", "--json"])
    assert (result.exit_code, "not both" in result.output) == (2, True)
