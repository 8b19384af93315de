"""Dumps that nobody scanned: deterministic, of any size, with the shapes and the oddities of real ones."""
