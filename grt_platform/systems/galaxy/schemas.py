"""Every table of galaxy, written once: Parquet schema, DDL, Dagster columns, docs and checks come from here."""

from grt_platform.kernel.accounts import ledger_table, quarantine_table
from grt_platform.kernel.table import Column, Kind, Table

SYSTEM = "galaxy"
INSTANCE = Column("instance_id", Kind.UUID, "The Galaxy server", is_nullable=False)
RECEIVED_MONTH = Column("received_month", Kind.TEXT, "Month the report came in, `YYYY-MM`, UTC", is_nullable=False)
PARTITION = ("instance_id", "received_month")
JOB = Column("job_id", Kind.INTEGER, "Job id, unique within the instance", is_nullable=False)
REPORT = Column("report_id", Kind.TEXT, "Name of the report: file name without `.tar.gz`", is_nullable=False)


def _raw_table(
    noun: str, description: str, *columns: Column, key: tuple[str, ...] = (), private: bool = False, bulk: bool = False
) -> Table:
    cut = (INSTANCE, RECEIVED_MONTH, *columns)
    return Table(SYSTEM, "table", noun, description, cut, PARTITION, key, private, bulk)


JOBS = _raw_table(
    "jobs",
    "One row per job of an instance, from the latest report that names it",
    JOB,
    Column("tool_id", Kind.TEXT, "Tool id as the server names it; ToolShed ids hold the version"),
    Column("tool_version", Kind.TEXT, "Version of the tool's wrapper"),
    Column("state", Kind.TEXT, "State when the job was exported; a job exported while running stays `running`"),
    Column("created_at", Kind.TIMESTAMP, "When the job was made on the server"),
    REPORT,
    key=("instance_id", "job_id"),
    bulk=True,
)
PARAMS = _raw_table(
    "params",
    "Parameters of jobs as the server stored them; private, they hold paths, names and queries",
    JOB,
    Column("name", Kind.TEXT, "Parameter name", is_nullable=False),
    Column("value", Kind.TEXT, "The parameter's value: JSON inside a JSON string, as exported"),
    private=True,
)
METRICS_NUM = _raw_table(
    "metrics_num",
    "Numeric job metrics as exported; units depend on plugin and name",
    JOB,
    Column("plugin", Kind.TEXT, "Metric plugin: core, cgroup, ...", is_nullable=False),
    Column("name", Kind.TEXT, "Metric name within its plugin", is_nullable=False),
    Column("value", Kind.DECIMAL, "Exact value, at most 7 decimals; NULL where the server had none"),
    bulk=True,
)
METRICS_TXT = _raw_table(
    "metrics_txt",
    "Text job metrics as exported",
    JOB,
    Column("plugin", Kind.TEXT, "Metric plugin", is_nullable=False),
    Column("name", Kind.TEXT, "Metric name within its plugin", is_nullable=False),
    Column("value", Kind.TEXT, "Value"),
    bulk=True,
)
DATASETS = _raw_table(
    "datasets",
    "Inputs and outputs of jobs; sizes of format 3 are rounded to two digits by the exporter",
    JOB,
    Column("dataset_id", Kind.INTEGER, "History dataset id on the server", is_nullable=False),
    Column("extension", Kind.TEXT, "Galaxy datatype"),
    Column("size_bytes", Kind.INTEGER, "Size; NULL where it is 0 or unknown (exported as -1 or None)"),
    Column("param_name", Kind.TEXT, "Name of the tool's input or output"),
    Column("direction", Kind.TEXT, "`input` or `output`", is_nullable=False),
    bulk=True,
)
TOOLS = _raw_table(
    "tools",
    "Tools installed on the instance, as listed in reports of format 1",
    REPORT,
    Column("tool_id", Kind.TEXT, "Tool id", is_nullable=False),
    Column("name", Kind.TEXT, "Name people see"),
    Column("version", Kind.TEXT, "Version of the wrapper"),
    Column("tool_shed", Kind.TEXT, "Host of the ToolShed it came from"),
    Column("repository_id", Kind.TEXT, "Repository id in that ToolShed"),
    Column("repository_name", Kind.TEXT, "Repository name in that ToolShed"),
)
REPORTS = _raw_table(
    "reports",
    "One row per loaded report: what it said of its instance",
    REPORT,
    Column("schema_version", Kind.INTEGER, "Format of the report: 1, 2 or 3", is_nullable=False),
    Column("galaxy_version", Kind.TEXT, "Release of Galaxy, such as 17.09"),
    Column("generated_at", Kind.TIMESTAMP, "When the server made the report", is_nullable=False),
    Column("received_at", Kind.TIMESTAMP, "When the platform received it", is_nullable=False),
    Column("sha256", Kind.TEXT, "Content hash of the archive", is_nullable=False),
    Column("users_active", Kind.INTEGER, "Distinct users with jobs in this report"),
    Column("users_total", Kind.INTEGER, "Users registered on the server"),
    Column("jobs_declared", Kind.JSON, "Jobs by state as the report declares them"),
    Column("export_times", Kind.JSON, "Steps of the export with seconds since its start"),
    Column("metadata", Kind.JSON, "Keys of the metadata that the platform has no column for"),
    key=("instance_id", "report_id"),
)
HISTORY = _raw_table(
    "history",
    "Rows that gave way to a later report of the same job",
    REPORT,
    Column("generated_at", Kind.TIMESTAMP, "When the report of this row was made", is_nullable=False),
    Column("superseded_by", Kind.TEXT, "Report whose row won", is_nullable=False),
    Column("member", Kind.TEXT, "jobs, params, metric_num, metric_txt or datasets", is_nullable=False),
    JOB,
    Column("row", Kind.JSON, "The row's columns", is_nullable=False),
    private=True,
)
CLAIMS = _raw_table(
    "claims",
    "Every job that a loaded report names, won or lost: what months must know of each other to agree on the winner",
    REPORT,
    JOB,
    Column("fingerprint", Kind.INTEGER, "Hash of the job's row and all its rows in other members", is_nullable=False),
    Column("superseded_by", Kind.TEXT, "Report whose rows of this job won; NULL where this report's did"),
    Column("is_identical", Kind.BOOLEAN, "Whether the winner's rows are the same; NULL where this report won"),
    private=True,
)
LEDGER = ledger_table(SYSTEM, (INSTANCE, RECEIVED_MONTH), ("instance_id", "source"))
QUARANTINE = quarantine_table(SYSTEM, (INSTANCE, RECEIVED_MONTH))
UNSETTLED = Table(
    SYSTEM,
    "table",
    "unsettled",
    "Months of an instance that a build has begun to swap and has not finished; empty but during a build",
    (INSTANCE, RECEIVED_MONTH),
    ("instance_id",),
    is_private=True,
)

INSTANCES = Table(
    SYSTEM,
    "registry",
    "instances",
    "Galaxy servers that may upload; written by people and the HTTP front, not rebuilt from raw",
    (
        INSTANCE,
        Column("title", Kind.TEXT, "Name people see", is_nullable=False),
        Column("url", Kind.TEXT, "Address of the server"),
        Column("description", Kind.TEXT, "What the server is for"),
        Column(
            "key_sha256",
            Kind.TEXT,
            "Hash of its upload key; NULL for a server that may not upload over HTTP",
            is_secret=True,
        ),
        Column("key_made_at", Kind.TIMESTAMP, "When its key was made or last rotated"),
        Column("registered_at", Kind.TIMESTAMP, "When it became known", is_nullable=False),
        Column("is_self_registered", Kind.BOOLEAN, "It became known by its folder, nobody named it", is_nullable=False),
    ),
    (),
    ("instance_id",),
)


def _product(
    noun: str, description: str, columns: tuple[Column, ...], key: tuple[str, ...], *, private: bool = False
) -> Table:
    return Table(
        SYSTEM, "product", noun, description, (INSTANCE, *columns), ("instance_id",), ("instance_id", *key), private
    )


def overall(table: Table) -> Table:
    """The same product over all instances: no instance column, one partition."""
    columns = tuple(column for column in table.columns if column.name != "instance_id")
    key = tuple(name for name in table.key if name != "instance_id")
    description = f"{table.description}, over all instances"
    return Table(table.system, table.layer, f"{table.noun}_overall", description, columns, (), key, table.is_private)


TOOL_USAGE = _product(
    "tool_usage",
    "Jobs, states and error rate per tool, version and period",
    (
        Column("period", Kind.TEXT, "`day`, `week` (ISO, from Monday) or `month`", is_nullable=False),
        Column("starts_on", Kind.DATE, "First day of the period, by the job's created_at, UTC", is_nullable=False),
        Column("tool_id", Kind.TEXT, "Tool id without its version; empty where the job has none", is_nullable=False),
        Column("tool_version", Kind.TEXT, "Tool version; empty where the job has none", is_nullable=False),
        Column("jobs", Kind.INTEGER, "All jobs", is_nullable=False),
        Column("jobs_ok", Kind.INTEGER, "Jobs that ended ok", is_nullable=False),
        Column("jobs_error", Kind.INTEGER, "Jobs that ended in error or failed", is_nullable=False),
        Column("jobs_other", Kind.INTEGER, "Jobs that ended otherwise (deleted, stopped, skipped)", is_nullable=False),
        Column("jobs_unfinished", Kind.INTEGER, "Jobs exported before they ended", is_nullable=False),
        Column("error_rate", Kind.FLOAT, "jobs_error / (jobs_ok + jobs_error); NULL where none of them ended"),
    ),
    ("period", "starts_on", "tool_id", "tool_version"),
)
_STATISTICS = (
    Column("jobs", Kind.INTEGER, "Jobs with this quantity (the evidence)", is_nullable=False),
    Column("mean", Kind.FLOAT, "Arithmetic mean; NULL, as all below, where every job is excluded"),
    Column("p50", Kind.FLOAT, "Median"),
    Column("p95", Kind.FLOAT, "95th percentile"),
    Column("p99", Kind.FLOAT, "99th percentile"),
    Column("max", Kind.FLOAT, "Largest value"),
    Column("jobs_excluded", Kind.INTEGER, "Jobs left out: their reading of it cannot be true", is_nullable=False),
    Column("exclusion_reasons", Kind.JSON, "Jobs left out by reason, `{reason: jobs}`; NULL for none"),
)
TOOL_RESOURCES = _product(
    "tool_resources",
    "Runtime, cores, memory and slot hours that jobs of a tool took, allocated against used",
    (
        Column("tool_id", Kind.TEXT, "Tool id", is_nullable=False),
        Column("tool_version", Kind.TEXT, "Tool version; empty where the job has none", is_nullable=False),
        Column("quantity", Kind.TEXT, "What is measured, its unit in its name: runtime_s, ...", is_nullable=False),
        *_STATISTICS,
    ),
    ("tool_id", "tool_version", "quantity"),
)
TOOL_RESOURCES_BY_INPUT = _product(
    "tool_resources_by_input",
    "Runtime and memory of a tool by the size of its inputs, with the rule they suggest",
    (
        Column("tool_id", Kind.TEXT, "Tool id without its version", is_nullable=False),
        Column("input_bin", Kind.INTEGER, "Number of the bin, by size; 0 where sizes are unknown", is_nullable=False),
        Column("input_from_bytes", Kind.INTEGER, "Lower edge of the bin, inclusive; NULL where unknown"),
        Column("input_below_bytes", Kind.INTEGER, "Upper edge of the bin, exclusive; NULL where unknown or open"),
        Column("jobs", Kind.INTEGER, "Jobs that ended ok with inputs in this bin (the evidence)", is_nullable=False),
        Column("runtime_p50_s", Kind.FLOAT, "Median runtime"),
        Column("runtime_p95_s", Kind.FLOAT, "95th percentile of the runtime"),
        Column("memory_jobs", Kind.INTEGER, "Jobs of the bin with a measured memory peak", is_nullable=False),
        Column("memory_p50_bytes", Kind.FLOAT, "Median memory peak"),
        Column("memory_p95_bytes", Kind.FLOAT, "95th percentile of the memory peak"),
        Column("memory_max_bytes", Kind.FLOAT, "Largest memory peak"),
        Column("limit_hit_share", Kind.FLOAT, "Share of jobs whose peak came within 5 % of their memory limit"),
        Column("cores_jobs", Kind.INTEGER, "Jobs of the bin with a measured CPU time", is_nullable=False),
        Column("cores_p95", Kind.FLOAT, "95th percentile of the cores kept busy, at most those allocated"),
        Column(
            "suggested_memory_gb", Kind.FLOAT, "Memory (GB of 2^30 bytes) that served 95 % of the bin, with a margin"
        ),
        Column("suggested_cores", Kind.INTEGER, "Cores that served 95 % of the bin"),
        Column("suggested_rule", Kind.TEXT, "The tool's rules in the YAML form of Total Perspective Vortex"),
    ),
    ("tool_id", "input_bin"),
)
INSTANCE_ACTIVITY = _product(
    "instance_activity",
    "How active an instance is: jobs, users, tools and its last report",
    (
        Column("jobs", Kind.INTEGER, "Jobs in all its reports", is_nullable=False),
        Column("jobs_recent", Kind.INTEGER, "Jobs made in the 28 days before its newest job", is_nullable=False),
        Column("tools", Kind.INTEGER, "Distinct tools (versions together) with jobs", is_nullable=False),
        Column("users_active", Kind.INTEGER, "Active users of the last report"),
        Column("users_total", Kind.INTEGER, "Registered users of the last report"),
        Column("reports", Kind.INTEGER, "Reports loaded", is_nullable=False),
        Column("first_job_at", Kind.TIMESTAMP, "Oldest job"),
        Column("last_job_at", Kind.TIMESTAMP, "Newest job"),
        Column("last_report_at", Kind.TIMESTAMP, "When the last report was made"),
        Column("galaxy_version", Kind.TEXT, "Release of Galaxy in the last report"),
    ),
    (),
)
POPULAR_PARAMS = _product(
    "popular_params",
    "The most used values of each tool's parameters; private",
    (
        Column("tool_id", Kind.TEXT, "Tool id without its version", is_nullable=False),
        Column("name", Kind.TEXT, "Parameter name", is_nullable=False),
        Column("value", Kind.TEXT, "Parameter value", is_nullable=False),
        Column("jobs", Kind.INTEGER, "Jobs with this value", is_nullable=False),
        Column("share", Kind.FLOAT, "Share of the tool's jobs that name the parameter", is_nullable=False),
    ),
    ("tool_id", "name", "value"),
    private=True,
)
WHICH_INSTANCES_HAVE = Table(
    SYSTEM,
    "product",
    "which_instances_have",
    "Which instance has or ran which tool, in which version, how often and when last",
    (
        Column("tool_id", Kind.TEXT, "Tool id without its version", is_nullable=False),
        Column("tool_version", Kind.TEXT, "Tool version; empty where none is known", is_nullable=False),
        INSTANCE,
        Column("jobs", Kind.INTEGER, "Jobs of it on the instance; 0 where it is only installed", is_nullable=False),
        Column("last_used_at", Kind.TIMESTAMP, "Newest job of it on the instance"),
        Column("is_installed", Kind.BOOLEAN, "Listed as installed by the instance's last format 1 report"),
    ),
    (),
    ("tool_id", "tool_version", "instance_id"),
)

MEMBER_TABLES = {
    "jobs": JOBS,
    "params": PARAMS,
    "metric_num": METRICS_NUM,
    "metric_txt": METRICS_TXT,
    "datasets": DATASETS,
}
RAW_TABLES = (*MEMBER_TABLES.values(), TOOLS, REPORTS, HISTORY, CLAIMS, QUARANTINE, LEDGER)
INSTANCE_PRODUCTS = (TOOL_USAGE, TOOL_RESOURCES, TOOL_RESOURCES_BY_INPUT, INSTANCE_ACTIVITY, POPULAR_PARAMS)
OVERALL_PRODUCTS = (
    *(overall(table) for table in (TOOL_USAGE, TOOL_RESOURCES, TOOL_RESOURCES_BY_INPUT, POPULAR_PARAMS)),
    WHICH_INSTANCES_HAVE,
)
TABLES = (*RAW_TABLES, *INSTANCE_PRODUCTS, *OVERALL_PRODUCTS)
SERVED_TABLES = tuple(table.served() for table in TABLES if not table.is_private)
