"""What of ENA is read, asked and shown; no Dagster here."""
