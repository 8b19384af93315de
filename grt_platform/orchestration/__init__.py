"""What Dagster needs once for all systems: IO managers, descriptions, promises, execution."""
