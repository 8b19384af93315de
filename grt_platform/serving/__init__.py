"""What the serving rooms of all systems share; nothing here knows Dagster."""
