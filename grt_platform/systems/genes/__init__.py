"""Genes: FASTA and CSV files of genes that people upload, parsed, checked and kept to be asked.

Source: files of a project, uploaded by signed URL or by `grt genes load`, one job each.
Flow: raw/uploads -> table/sequences, table/genes -> product/parses (the JSON result) -> served/genes, in one pass.
Questions: which genes a file holds, which repeat or are identical, what is wrong with it, where a sequence came before.
"""
