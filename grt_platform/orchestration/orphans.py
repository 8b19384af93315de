"""Ends the runs that a platform left under way when it was killed; a task of the next start, before the daemon runs.

Nothing else would: the run launcher of one machine cannot ask a process of yesterday whether it lives. The daemon then
tries them again, as it does with any run that crashed.
"""

import sys

import dagster as dg

UNDER_WAY = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


def end_orphans(instance: dg.DagsterInstance) -> int:
    """No run counts as under way any more; returns how many did.

    Args:
        instance: One whose run processes are all gone.
    """
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=list(UNDER_WAY)))
    for run in runs:
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "The platform was ended while this run was being canceled.")
        else:
            instance.report_run_failed(run, "The platform was ended while this run was under way.")
    return len(runs)


def main() -> int:
    """Ends them in the instance of DAGSTER_HOME."""
    with dg.DagsterInstance.get() as instance:
        ended = end_orphans(instance)
    sys.stderr.write(f"grt: {ended} runs of an earlier start were under way; they are tried again\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
