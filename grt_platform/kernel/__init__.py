"""Pure values shared by all systems; nothing here touches disk, network, clock or Dagster."""
