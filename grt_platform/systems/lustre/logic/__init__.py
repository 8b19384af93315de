"""What is pure in lustre: reading dumps, adding them up, forecasts, names; no disk, network, clock or Dagster."""
