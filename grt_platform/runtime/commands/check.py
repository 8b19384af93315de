"""`grt check`: format, lint, types, imports, Dagster's definitions and the files for servers."""

import click


@click.command()
@click.pass_context
def command(context: click.Context) -> None:
    """Check format, lint, types, imports, Dagster's definitions and the files for servers; exit 1 for any fault."""
    from grt_platform.runtime.checks import run_checks

    context.exit(0 if run_checks(click.echo) else 1)
