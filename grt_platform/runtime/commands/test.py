"""`grt test`: all checks and all tests, with the real services that they need."""

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, pytest_arguments: tuple[str, ...]) -> None:
    """Run all checks and all tests; PYTEST_ARGUMENTS go to pytest.

    On Debian as root, the services that the tests need are installed by apt; elsewhere the tests that need one that is
    missing skip with the reason. With CI=true such a skip is a failure. Walks through the guides and the lake in Spark
    are asked for: `grt test -- -m walk`, `grt test -- -m spark`.
    """
    from grt_platform.runtime.testing import run_all

    context.exit(run_all(click.echo, pytest_arguments))
