"""Every table of ENA, written once: Parquet schema, DDL, Dagster columns, docs and checks come from here."""

from grt_platform.kernel.accounts import ledger_table, quarantine_table
from grt_platform.kernel.table import Column, Kind, Table

SYSTEM = "ena"
TAXON = Column("taxonomy_id", Kind.INTEGER, "The tracked NCBI taxon", is_nullable=False)
PARTITION = (TAXON.name,)
BATCH = Column("batch_id", Kind.TEXT, "Batch of runs that one machine fetches, named by its content", is_nullable=False)
RUN = Column("run_accession", Kind.TEXT, "Accession of the run, such as SRR1972616", is_nullable=False)
SIZE = Column("size_bytes", Kind.INTEGER, "Size of the file", is_nullable=False)
MD5 = Column("md5", Kind.TEXT, "MD5 sum, lower-case hexadecimal", is_nullable=False)
PATH = Column("path", Kind.TEXT, "Where the file lies below the home folder: taxon/run/name", is_nullable=False)


def _texts(**described: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT, said) for name, said in described.items())


RUN_COLUMNS: tuple[Column, ...] = (
    RUN,
    *_texts(
        experiment_accession="Accession of the experiment",
        sample_accession="BioSample accession",
        secondary_sample_accession="Accession of the sample in the read archive",
        study_accession="BioProject accession",
        secondary_study_accession="Accession of the study in the read archive",
        submission_accession="Accession of the submission",
    ),
    Column("tax_id", Kind.INTEGER, "NCBI taxon of the sample, in the subtree of the tracked one"),
    *_texts(
        scientific_name="Name of the sample's organism",
        instrument_platform="Sequencing platform: ILLUMINA, OXFORD_NANOPORE, PACBIO_SMRT and others",
        instrument_model="Sequencing instrument",
        library_name="Name of the library",
        library_layout="SINGLE or PAIRED",
        library_strategy="WGS, AMPLICON, RNA-Seq and others",
        library_source="GENOMIC, METAGENOMIC, TRANSCRIPTOMIC and others",
        library_selection="How fragments were chosen",
    ),
    Column("nominal_length", Kind.INTEGER, "Expected length of a fragment in bases"),
    Column("read_count", Kind.INTEGER, "Fragments in the run, not mates; 0 where ENA did not count"),
    Column("base_count", Kind.INTEGER, "Bases in all files of the run"),
    *_texts(center_name="Who submitted the run"),
    Column("first_public", Kind.DATE, "Day the run became public"),
    Column("last_updated", Kind.DATE, "Day the run was last changed"),
    Column("first_created", Kind.DATE, "Day the run was made"),
    *_texts(
        collection_date="When the sample was taken, as precise as it was given",
        country="Country, and locality after a colon",
    ),
    Column("lat", Kind.FLOAT, "Latitude in degrees, north positive"),
    Column("lon", Kind.FLOAT, "Longitude in degrees, east positive"),
    *_texts(
        location="Position as it was given",
        isolation_source="What the sample was isolated from",
        host="Host organism",
    ),
    Column("host_tax_id", Kind.INTEGER, "NCBI taxon of the host"),
    *_texts(
        serotype="Serotype",
        serovar="Serovar",
        strain="Strain",
        sample_alias="The submitter's name of the sample",
        sample_title="Title of the sample",
        description="Description of the run",
        fastq_ftp="FASTQ files without scheme, separated by semicolons",
        fastq_bytes="Their sizes in bytes, in the same order",
        fastq_md5="Their MD5 sums, in the same order",
        submitted_ftp="Files as they were submitted",
        submitted_md5="Their MD5 sums",
        submitted_bytes="Their sizes in bytes",
        submitted_format="Their formats",
    ),
)
"""The fields of ENA's `read_run` that are kept, under ENA's own names.

Source: the portal API's `returnFields?result=read_run`."""

TAXA = Table(
    SYSTEM,
    "registry",
    "taxa",
    "The tracker: one row per taxon, what was done last and what is done next",
    (
        TAXON,
        Column("last_checked", Kind.TIMESTAMP, "When the last check began; NULL for never"),
        Column("droplet_ips", Kind.TEXT, "Addresses that hold data of it, separated by blanks", is_nullable=False),
        Column(
            "last_run_status",
            Kind.TEXT,
            "Blank for new, in progress, ready, complete, warning or error",
            is_nullable=False,
        ),
        Column("needs_attention", Kind.TEXT, "Why a person must look; nothing is done until then", is_nullable=False),
        Column(
            "stage", Kind.INTEGER, "What is done next: 2 fetch, 3 filter, 4 farm, 0 await, 1 update", is_nullable=False
        ),
        Column("stage_name", Kind.TEXT, "The same in words", is_nullable=False),
        Column("priority", Kind.INTEGER, "Higher goes first; below zero never", is_nullable=False),
        Column("generated_warning", Kind.BOOLEAN, "Whether the last check saw something odd", is_nullable=False),
        Column("genome_size", Kind.INTEGER, "Bases of one genome, for the rule of depth; NULL turns it off"),
        Column("min_depth", Kind.FLOAT, "Times the genome must be covered; NULL turns the rule off"),
        Column("max_run_bytes", Kind.INTEGER, "Most bytes of one run's files; NULL for any"),
        Column(
            "is_removing", Kind.BOOLEAN, "Whether it leaves the tracker once its machines are gone", is_nullable=False
        ),
        Column("added_at", Kind.TIMESTAMP, "When it came into the tracker", is_nullable=False),
        Column("changed_at", Kind.TIMESTAMP, "When anything of it last changed", is_nullable=False),
        Column("extra", Kind.JSON, "Columns of an imported file that the tracker does not know", is_nullable=False),
    ),
    key=PARTITION,
)
RUNS = Table(
    SYSTEM,
    "table",
    "runs",
    "One row per run of a taxon, as ENA told it last, with the verdict on it",
    (
        TAXON,
        *RUN_COLUMNS,
        Column("is_excluded", Kind.BOOLEAN, "Whether the run is not fetched", is_nullable=False),
        Column("reason", Kind.TEXT, "The first rule it fails; NULL for a run that is fetched"),
        Column("files_bytes", Kind.INTEGER, "Bytes of its FASTQ files; NULL where the lists disagree"),
        Column("fetched_on", Kind.DATE, "Day of the answer that told of it, UTC", is_nullable=False),
    ),
    PARTITION,
    (*PARTITION, RUN.name),
)
BATCHES = Table(
    SYSTEM,
    "product",
    "batches",
    "The files that each batch of a taxon fetches; the same runs give the same batches",
    (
        TAXON,
        BATCH,
        RUN,
        Column("location", Kind.TEXT, "Where ENA has the file, without scheme", is_nullable=False),
        SIZE,
        MD5,
    ),
    PARTITION,
    (*PARTITION, "location"),
)
FETCHED_READS = Table(
    SYSTEM,
    "product",
    "fetched_reads",
    "One row per file at home, verified there",
    (
        TAXON,
        RUN,
        PATH,
        SIZE,
        MD5,
        BATCH,
        Column("verified_at", Kind.TIMESTAMP, "When its bytes at home had this sum", is_nullable=False),
    ),
    PARTITION,
    (*PARTITION, PATH.name),
)
MACHINES = Table(
    SYSTEM,
    "registry",
    "machines",
    "Every machine ever asked for, what became of it and what it cost",
    (
        BATCH,
        TAXON,
        Column("provider", Kind.TEXT, "Who runs it: local or digitalocean", is_nullable=False),
        Column("machine_name", Kind.TEXT, "Its name at the provider, made from the batch", is_nullable=False),
        Column("machine_id", Kind.TEXT, "The provider's id; NULL before it answered"),
        Column("ip", Kind.TEXT, "Its address; NULL before it is active"),
        Column(
            "state",
            Kind.TEXT,
            "Planned, creating, active, ready, error, collected or destroyed",
            is_nullable=False,
        ),
        Column(
            "attempt", Kind.INTEGER, "How often its work was begun; each attempt has its own token", is_nullable=False
        ),
        Column("reason", Kind.TEXT, "What went wrong, in the machine's or the provider's words"),
        Column("price_usd_per_h", Kind.DECIMAL, "Price while it exists, in US dollars an hour"),
        Column("planned_at", Kind.TIMESTAMP, "When it was decided on", is_nullable=False),
        Column("created_at", Kind.TIMESTAMP, "When the provider made it"),
        Column("deadline_at", Kind.TIMESTAMP, "When it should be done; a person is told after that"),
        Column("polled_at", Kind.TIMESTAMP, "When it was last looked at without having answered"),
        Column("answered_at", Kind.TIMESTAMP, "When it said that it is ready or failed"),
        Column("collected_at", Kind.TIMESTAMP, "When all its files were verified at home"),
        Column("destroyed_at", Kind.TIMESTAMP, "When the provider confirmed that it is gone"),
    ),
    key=(BATCH.name,),
    indexed=((TAXON.name,), ("state",)),
)
LEDGER = ledger_table(SYSTEM, (TAXON,))
QUARANTINE = quarantine_table(SYSTEM, (TAXON,))
SERVED_TABLES = tuple(table.served() for table in (RUNS, LEDGER, QUARANTINE, BATCHES, FETCHED_READS))
TABLES = (TAXA, MACHINES, RUNS, LEDGER, QUARANTINE, BATCHES, FETCHED_READS)
