"""`grt doctor`: what this machine lacks, if anything."""

import click


@click.command()
@click.pass_context
def command(context: click.Context) -> None:
    """Examine this machine and installation; exit 1 when something must be mended first."""
    from grt_platform.runtime.doctor import Verdict, examine
    from grt_platform.runtime.installation import Installation
    from grt_platform.settings import given, home

    findings = examine(Installation(home()), given())
    for finding in findings:
        click.echo(f"{finding.verdict:<8}{finding.subject:<14}{finding.text}")
    context.exit(1 if any(finding.verdict is Verdict.FAILED for finding in findings) else 0)
