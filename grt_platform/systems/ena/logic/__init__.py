"""What is known about ENA's answers, taxa, batches and manifests; pure values, no clock, disk or network."""
