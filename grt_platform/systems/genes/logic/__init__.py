"""Pure logic of genes: reading FASTA and CSV, judging records, writing the result."""
