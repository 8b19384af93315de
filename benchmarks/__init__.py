"""One file per heavy job, each measured against a named baseline in the same run."""
