"""`grt whoami`: as whom commands are asked, and what that person may do."""

import json

import click

from grt_platform.serving.options import json_option, token_option


@click.command()
@token_option
@json_option
def command(*, token: str, as_json: bool) -> None:
    """Show as whom commands are asked, where, and the role that counts in each project."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        me, url = platform.get("/whoami"), platform.url
    if as_json:
        click.echo(json.dumps({"url": url, **me}, indent=2))
        return
    click.echo(f"{me['name']} at {url}{', an administrator' if me['is_admin'] else ''}")
    for project, role in me["roles"].items():
        click.echo(f"  {role:<7}{project}")
    if me["everywhere"]:
        click.echo(f"  {me['everywhere']:<7}in every project")
