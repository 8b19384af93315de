"""ENA: taxon ids become lists of sequencing runs, fetched on cloud machines, verified at home, machines destroyed.

Source: the portal API and the files of the European Nucleotide Archive, by taxon; `microfetch.csv` of the old tracker.
Flow: raw/records -> table/runs -> product/batches -> machines -> product/fetched_reads; the tracker says what is next.
Questions: which runs of a taxon are worth having and why not the others, what is at home and verified, what runs where
and what it costs, what needs a person.
"""
