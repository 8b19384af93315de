"""Variants: many VCF files of a project are asked one question and answer with one small file.

Source: VCF files and sample tables that people upload into projects; every upload is a version that never changes.
Flow: raw/files -> table/dimensions, raw/sample_tables -> table/samples; both and the files -> product/query_results.
Questions: which samples and scaffolds a project's files hold, which samples a filter selects, and any bcftools
pipeline over the selected samples of all those files together.
"""
