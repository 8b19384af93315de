"""Questions about samples on the command line."""

import click

COMMANDS: tuple[click.Command, ...] = ()
