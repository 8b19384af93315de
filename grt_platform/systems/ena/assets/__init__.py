"""The assets of ENA: raw, table, product; served tables are made with those they are copies of."""
