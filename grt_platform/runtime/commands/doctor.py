"""`grt doctor`: what this machine or installation lacks, if anything."""

import click


@click.command()
@click.option("--send-alert", is_flag=True, help="Send a message over every channel of alerts, to see that it arrives.")
@click.pass_context
def command(context: click.Context, *, send_alert: bool) -> None:
    """Examine this machine, the installation and every server it is to use; exit 1 when something must be mended."""
    from grt_platform.runtime.doctor import examine, send_test_alert
    from grt_platform.runtime.findings import Verdict
    from grt_platform.runtime.installation import Installation
    from grt_platform.settings import given, home

    findings = examine(Installation(home()), given())
    if send_alert:
        findings += send_test_alert(given())
    width = max(len(finding.subject) for finding in findings) + 2
    for finding in findings:
        click.echo(f"{finding.verdict:<9}{finding.subject:<{width}}{finding.text}")
    context.exit(1 if any(finding.verdict is Verdict.FAILED for finding in findings) else 0)
