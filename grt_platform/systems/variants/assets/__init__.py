"""The assets of variants: raw files, what one look at a version makes, and the answers of queries."""
