"""`grt login`: keep a token, so that later commands are asked as you."""

import sys

import click


@click.command()
@click.option("--url", default="", help="Address of the platform; else GRT_WEB_URL, else the one of the last login.")
@click.option("--name", default="", help="Name to sign in with; asked for without it.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="Days the token lives.")
@click.option("--admin", "is_admin", is_flag=True, help="Administer the platform with it as well.")
@click.option("--with-token", is_flag=True, help="Read a token from standard input instead of asking for a password.")
def command(*, url: str, name: str, days: int, is_admin: bool, with_token: bool) -> None:
    """Sign in to a platform.

    The token is kept in the keyring of the desktop, else in a file that only you may read; the password is not kept.
    """
    import platform

    from grt_platform.serving.credentials import store_token
    from grt_platform.serving.remote import Remote, platform_address

    address = platform_address(url)
    if with_token:
        token = sys.stdin.readline().strip()
    else:
        wanted = {
            "name": name or click.prompt("Name", err=True),
            "password": click.prompt("Password", hide_input=True, err=True),
            "title": f"grt on {platform.node() or 'this machine'}",
            "days": days,
            "is_admin": is_admin,
        }
        with Remote(address) as asked:
            token = asked.post("/logins", wanted)["token"]
    with Remote(address, token) as asked:
        me = asked.get("/whoami")
    click.echo(f"signed in to {address} as {me['name']}; the token is in {store_token(address, token)}")
