"""The command door `grt`: finds the commands, imports one only when it is used, and turns errors into one line."""

import sys
from importlib import import_module

import click

from grt_platform.adapters.installed import summary, systems_with
from grt_platform.kernel.errors import BadInputError, GrtError

_COMMANDS = {
    "announcements": "What is told to everybody on top of every page.",
    "audit": "Who did what, when, from where, with what outcome.",
    "backup": "Save the databases and stores of the installation.",
    "check": "Format, lint, types, imports, Dagster's definitions, files for servers are in order.",
    "demo": "Load the sample data of every system and show what comes out.",
    "deploy-check": "Build the image and start the compose file, for real.",
    "docs": "Build the site of the documentation, or show it.",
    "doctor": "What this machine lacks, if anything.",
    "down": "Stop the platform.",
    "jobs": "What people asked for: list, follow, cancel, try again.",
    "login": "Sign in to a platform.",
    "logout": "End the token of the last sign-in.",
    "logs": "Show what the services wrote.",
    "migrate": "Bring the tables of the warehouse up to date.",
    "objects": "Upload, list and download the objects of a project.",
    "projects": "Projects and their members.",
    "queue": "Whether new jobs are taken; close and open.",
    "ready": "Whether a service of this machine does its work.",
    "restore": "Make the installation again from a backup.",
    "serve": "Be one service of a platform on many machines.",
    "sql": "Ask the warehouse, read-only.",
    "status": "What runs, where, and whether it answers.",
    "test": "All checks and all tests.",
    "tokens": "Access tokens of mine, for programs.",
    "up": "Start the platform.",
    "users": "People who may sign in.",
    "whoami": "As whom commands are asked, and what that person may do.",
}
_SYSTEM_CLI = "serving/cli.py"


class _Commands(click.Group):
    """The platform's own commands, and one group for each system that has `serving/cli.py`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command by name, the systems last."""
        return [*super().list_commands(ctx), *sorted(_COMMANDS), *systems_with(_SYSTEM_CLI)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name in _COMMANDS:
            command = import_module(f"grt_platform.runtime.commands.{cmd_name.replace('-', '_')}").command
        elif cmd_name in systems_with(_SYSTEM_CLI):
            command = import_module(f"grt_platform.systems.{cmd_name}.serving.cli").group
        else:
            command = super().get_command(ctx, cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS.get(name) or summary(name)) for name in self.list_commands(ctx)])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="grt-platform", prog_name="grt")
def grt() -> None:
    """One platform, five genomics data systems: from the bytes that came in to the answer that somebody reads."""


def run(arguments: list[str] | None = None) -> int:
    """Run a command; 0 done, 1 failed, 2 wrong usage, 3 done in part."""
    try:
        code = grt.main(arguments, prog_name="grt", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = _tell("stopped", 1)
    except GrtError as error:
        code = _tell(str(error), 2 if isinstance(error, BadInputError) else 1)
    except BrokenPipeError:
        code = 1
    return code if isinstance(code, int) else 0


def _tell(message: str, code: int) -> int:
    click.echo(f"grt: {message}", err=True)
    return code


def main() -> None:
    """Run the command of this process; an unexpected error is one line too, its trace goes to a file."""
    sys.excepthook = _unexpected
    sys.exit(run())


def _unexpected(kind: type[BaseException], error: BaseException, _trace: object) -> None:
    from grt_platform.runtime.crash import keep_trace  # only when something broke

    _tell(f"unexpected {kind.__name__}: {error}; the trace is in {keep_trace(error)}", 1)


if __name__ == "__main__":
    main()
