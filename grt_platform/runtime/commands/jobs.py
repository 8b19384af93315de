"""`grt jobs`: what was asked for, how far it is; cancel it, try it again, wait for its end."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from grt_platform.kernel.job import JobState
from grt_platform.serving.options import json_option, token_option
from grt_platform.serving.output import plain, show

_BRIEF = ("job_id", "system", "kind", "project", "user", "state", "progress", "step", "created_at")
_PATIENCE = click.option(
    "--patience", default=86_400, show_default=True, type=click.IntRange(1), help="Seconds to wait."
)
_STATES = click.Choice([str(state) for state in JobState], case_sensitive=False)


@click.group("jobs")
def command() -> None:
    """What people asked the platform for: list, follow, cancel, try again."""


@command.command("ls")
@click.option("--project", help="Only of this project.")
@click.option("--system", help="Only of this system.")
@click.option("--state", "states", multiple=True, type=_STATES, help="Only in this state; may be repeated.")
@click.option("--mine", is_flag=True, help="Only those that I asked for.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Most jobs.")
@token_option
@json_option
def listed(
    *,
    project: str | None,
    system: str | None,
    states: Sequence[str],
    mine: bool,
    limit: int,
    token: str,
    as_json: bool,
) -> None:
    """List jobs, the newest first."""
    from grt_platform.serving.remote import remote

    jobs: list[dict[str, Any]] = []
    after = None
    with remote(token) as platform:
        while len(jobs) < limit:
            page = platform.get(
                "/jobs",
                project=project,
                system=system,
                state=[state.upper() for state in states] or None,
                mine="true" if mine else None,
                limit=min(200, limit - len(jobs)),
                after=after,
            )
            jobs += page["jobs"]
            after = page["next"]
            if after is None:
                break
    shown = jobs if as_json else [_brief(job) for job in jobs]
    show(shown, form="json" if as_json else "table", empty="no job may be seen")


@command.command("show")
@click.argument("job_id")
@token_option
@json_option
def shown(*, job_id: str, token: str, as_json: bool) -> None:
    """Show one job: what was asked, how far it is, why it failed, its result, its history."""
    from grt_platform.serving.job_wait import job_path
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        job = platform.get(job_path(job_id))
    _tell(job, as_json=as_json)


@command.command("wait")
@click.argument("job_ids", nargs=-1, required=True)
@_PATIENCE
@token_option
@json_option
def wait(*, job_ids: Sequence[str], patience: int, token: str, as_json: bool) -> None:
    """Wait until jobs have ended; Ctrl-C ends the waiting, not the jobs.

    Exits 0 when all are complete, 3 when one has warnings, 1 when one failed or was canceled.
    """
    from grt_platform.serving.job_wait import exit_code, goes_on, wait_for_job
    from grt_platform.serving.remote import remote

    ended = []
    with remote(token) as platform:
        for job_id in job_ids:
            try:
                ended.append(wait_for_job(platform, job_id, patience))
            except KeyboardInterrupt:
                click.echo(f"grt: waiting for job {job_id} was ended; {goes_on(job_id)}", err=True)
                sys.exit(1)
            _tell(ended[-1], as_json=as_json)
    sys.exit(exit_code(ended))


@command.command("cancel")
@click.argument("job_id")
@click.option("--wait", "waits", is_flag=True, help="Wait until its work has ended.")
@_PATIENCE
@token_option
@json_option
def cancel(*, job_id: str, waits: bool, patience: int, token: str, as_json: bool) -> None:
    """Cancel a job that waits or runs."""
    from grt_platform.serving.job_wait import job_path, wait_for_job
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        job = platform.post(job_path(job_id, "/cancel"))
        if waits:
            job = wait_for_job(platform, job_id, patience)
    _tell(job, as_json=as_json)


@command.command("retry")
@click.argument("job_id")
@token_option
@json_option
def retry(*, job_id: str, token: str, as_json: bool) -> None:
    """Try a job that failed or was canceled again, on the same versions of its inputs."""
    from grt_platform.serving.job_wait import job_path
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        job = platform.post(job_path(job_id, "/retry"))
    _tell(job, as_json=as_json)


def _brief(job: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"{job[name]:.0%}" if name == "progress" else job[name] for name in _BRIEF}


def _tell(job: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(job, ensure_ascii=False))
        return
    facts = {
        **_brief(job),
        **{name: job[name] for name in ("started_at", "ended_at", "expires_at", "attempt", "run_id")},
    }
    facts |= {name: json.dumps(job[name], ensure_ascii=False) for name in ("request", "counts", "result") if job[name]}
    show([{"": name, "job": value} for name, value in {**facts, "reason": job["reason"]}.items() if value])
    if job.get("history"):
        show([{name: plain(row.get(name)) for name in _HISTORY} for row in job["history"]], title="history")
    for warning in job["warnings"]:
        click.echo(f"warning: {warning}", err=True)


_HISTORY = ("moved_at", "from_state", "to_state", "attempt", "actor", "reason")
