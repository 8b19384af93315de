"""When Dagster materializes by itself: two automation conditions that all systems share.

Dagster's own `eager()` looks at the latest time window only and waits until no upstream partition is missing; raw data
arrives late and most cells of "instance x month" stay empty for ever, so neither holds here. What asks for missing
partitions also costs: with 2,000 instances, 50,000 cells an asset, a look of `eager()` takes 20 s, one of these 0.6 s.
"""

import dagster as dg

ON_UPDATE = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("an upstream partition changed")
"""For an asset that follows from the same partition upstream, however old, or from many, most of which do not exist."""

ON_ANY_UPDATE_AT_LEISURE = (
    dg.AutomationCondition.any_deps_updated().since_last_handled() & ~dg.AutomationCondition.in_progress()
).with_label("anything upstream changed since the last run")
"""For an asset over everything, where some upstream partition is nearly always in progress: one run after another."""
