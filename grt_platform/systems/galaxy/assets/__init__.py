"""The assets of galaxy: raw, table, product, served."""
