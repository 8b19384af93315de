"""`grt deploy-check`: the image is really built and the compose file really started."""

import click


@click.command("deploy-check")
@click.option("--only-build", is_flag=True, help="Build the image and leave it at that.")
def command(*, only_build: bool) -> None:
    """Build the image and start compose.yaml from it with podman, which Debian's root gets by apt; takes minutes."""
    from grt_platform.runtime.deploy_check.main import deploy_check

    deploy_check(click.echo, only_build=only_build)
