"""How ENA is cut: by taxon, known to Dagster once something is done for it."""

import dagster as dg

TAXA = dg.DynamicPartitionsDefinition(name="ena_taxa")
