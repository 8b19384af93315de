"""`grt logout`: end the token of `grt login`."""

import click


@click.command()
@click.pass_context
def command(context: click.Context) -> None:
    """End the token that was kept, there and here; exit 3 when the platform did not answer and only here it is gone."""
    from grt_platform.kernel.errors import GrtError
    from grt_platform.serving.credentials import forget_token, stored_token
    from grt_platform.serving.remote import Remote, platform_address

    address = platform_address("")
    token = stored_token(address)
    if token is None:
        click.echo(f"nobody is signed in to {address}")
        return
    try:
        with Remote(address, token) as asked:
            asked.delete(f"/tokens/{asked.get('/whoami')['token_id']}")
    except GrtError as error:
        forget_token(address)
        click.echo(f"the token is forgotten here, but may hold at {address}: {error}", err=True)
        context.exit(3)
    forget_token(address)
    click.echo(f"signed out of {address}")
