"""The assets of lustre: raw, table, product, served."""
