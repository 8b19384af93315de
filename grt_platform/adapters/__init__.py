"""The outside world, one plain class per thing; nothing here knows Dagster."""
