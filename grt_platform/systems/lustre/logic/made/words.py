"""What directories and files of made dumps are called, the ordinary and the strange."""

DIRECTORIES = (
    *("analysis", "release", "crams", "joint_calling", "pipeline", "results", "tmp", "work", "imputation"),
    *("qc", "freeze3", "users_data", "logs", "per_sample", "by_chromosome", "scripts", "old", "backup_2019"),
)
FILES = ("sample_", "EGAN0000", "HGDP_", "lane_", "wgs.chr", "28113_2#", "batch-", "merged.", "part-0000", "core.")
LARGE = (".bam", ".cram", ".vcf.gz", ".g.vcf.gz", ".bcf", ".fastq.gz", ".sam.gz", ".tar", ".bed.gz")
SMALL = (".bam.bai", ".cram.crai", ".vcf.gz.tbi", ".gvcf", ".vcf", ".ped", ".bed", ".txt", ".log", ".py", ".R", ".json",
         ".o", ".tmp", ".BAM", "", ".md5", ".sam", ".ped.gz")  # fmt: skip
SUFFIXES = (*LARGE, *SMALL)
SUFFIX_WEIGHTS = (*[9] * len(LARGE), *[14] * len(SMALL))
STRANGE = (
    b"caf\xe9.bam",  # Latin-1
    b"new\nline.vcf",
    b"tab\there.cram",
    b"ends with a newline.bam\n",
    b" leading and trailing blanks ",
    b'"quoted".bed',
    b"back\\slash.ped",
    b"\xff\xfe\x80",
    b"\x01\x7f\x1b[31m",
    "naïve 日本語.vcf.gz".encode(),
    "\U0001f600\u00ad\u200b\u2028.txt".encode(),
    b"\xed\xa0\x80 surrogate.bam",
    b"carriage\rreturn.sam",
    b"a;b|c&d$(e)`f`'g'.bcf",
    b"-rf",
    b"...",
    b"x" * 255,
)
"""Names that broke a reader somewhere; none holds a slash or a NUL, which no name can."""
ODD_TIMES = (0, -1, -2_208_988_800, 4_102_444_800, 253_402_300_800, 1)
"""Unix times of no use: the epoch, before it, 1900, 2100, the year 10000, the first second."""
