"""The data platform of five genomics systems: galaxy, lustre, genes, variants and ena."""

__version__ = "0.1.0"
