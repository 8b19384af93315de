"""`grt check`: format, lint, types, imports and Dagster's definitions."""

import click


@click.command()
@click.pass_context
def command(context: click.Context) -> None:
    """Check format, lint, types, imports and Dagster's definitions; exit 1 when one is not in order."""
    from grt_platform.runtime.checks import run_checks

    context.exit(0 if run_checks(click.echo) else 1)
