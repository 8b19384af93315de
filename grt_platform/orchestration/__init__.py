"""What Dagster needs once for all systems: IO managers, descriptions, promises, execution."""

import warnings

import dagster as dg

for _category in (dg.BetaWarning, dg.PreviewWarning):  # ADR 0005 names what is used; one line for each use hides others
    warnings.filterwarnings("ignore", category=_category)
