"""What became of a job, from the state Galaxy exported it in.

States are those of Galaxy's model of a job. A state that is missing or that Galaxy does not know counts as
unfinished: it says nothing of how the job ended, so it must not move an error rate.
"""

import polars as pl

OK = ("ok",)
ERROR = ("error", "failed")
OTHER = ("deleted", "deleted_new", "deleting", "resubmitted", "skipped", "stop", "stopped")
OUTCOMES = ("ok", "error", "other", "unfinished")


def outcome(state: pl.Expr) -> pl.Expr:
    """One of `OUTCOMES` for every state, never null."""
    return (
        pl.when(state.is_in(OK))
        .then(pl.lit("ok"))
        .when(state.is_in(ERROR))
        .then(pl.lit("error"))
        .when(state.is_in(OTHER))
        .then(pl.lit("other"))
        .otherwise(pl.lit("unfinished"))
    )


def ended_ok(state: pl.Expr) -> pl.Expr:
    """True for the jobs whose resources count: an aborted job's peak says nothing of what the tool needs."""
    return state.is_in(OK).fill_null(value=False)
