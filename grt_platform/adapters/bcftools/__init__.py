"""bcftools, run in confined children: indexing a VCF file, its BCF copy, and pipelines of commands."""
