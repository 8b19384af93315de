"""The data platform of five genomics systems: galaxy, lustre, genes, variants and ena."""

import gc

__version__ = "0.1.0"

gc.set_threshold(50_000, 20, 20)
"""So many more objects than before start a collection: with Python's 700 an eighth of the time that a process takes to
import is spent on looking for garbage, which imports do not make."""
