"""The assets of genes: raw uploads, and everything that one pass over an upload makes."""
