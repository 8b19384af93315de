"""Makes galaxy reports of every format, good and bad, the same from the same arguments; for tests and benchmarks."""

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from isal import igzip

HEADERS = {
    "jobs": "id\ttool_id\ttool_version\tstate\tcreate_time",
    "metric_num": "job_id\tplugin\tname\tvalue",
    "metric_txt": "job_id\tplugin\tname\tvalue",
    "params": "job_id\tname\tvalue",
    "datasets": "job_id\tdataset_id\textension\tfile_size\tparam_name\ttype",
}
FORMS: dict[str, tuple[int, tuple[str, ...]]] = {
    "F3": (1, ("jobs", "metric_num", "metric_txt", "params")),
    "F4": (1, ("jobs", "metric_num", "metric_txt", "params")),
    "F4d": (1, ("jobs", "metric_num", "params", "datasets")),
    "F5": (2, ("jobs", "metric_num", "params", "datasets")),
    "F6": (3, ("jobs", "metric_num", "datasets")),
}
"""Format -> version in its metadata and members in their order."""

EPOCH = datetime(2022, 7, 1, tzinfo=UTC)
TOOLS = (
    ("toolshed.g2.bx.psu.edu/repos/devteam/bowtie2/bowtie2/2.4.2+galaxy0", "2.4.2+galaxy0"),
    ("Extract genomic DNA 1", "1.0.0"),
    ("upload1", "1.1.4"),
    ("__EXPORT_HISTORY__", "1.0.0"),
)
METRICS = ("galaxy_slots", "galaxy_memory_mb", "runtime_seconds", "start_epoch", "end_epoch")


@dataclass(frozen=True)
class Made:
    """A report as two files: `<report_id>.tar.gz` and `<report_id>.json`."""

    report_id: str
    archive: bytes
    metadata: bytes
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash of the archive."""
        return hashlib.sha256(self.archive).hexdigest()

    def write(self, folder: Path) -> None:
        """Put both files into a folder, the metadata last."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.report_id}.tar.gz").write_bytes(self.archive)
        (folder / f"{self.report_id}.json").write_bytes(self.metadata)


def lines_of(form: str, jobs: Iterable[int], seed: int = 0, metrics: int = 5) -> dict[str, list[str]]:
    """The data lines of each member of a format, without newlines."""
    chance = random.Random(f"{form}{seed}")
    lines: dict[str, list[str]] = {kind: [] for kind in FORMS[form][1]}
    for job in jobs:
        tool, version = chance.choice(TOOLS)
        state = chance.choice(("ok", "ok", "ok", "error", "running"))
        created = EPOCH + timedelta(seconds=job % 86_400, microseconds=chance.randrange(1_000_000))
        made = f"{created:%Y-%m-%d %H:%M:%S.%f}"
        short = form == "F3"
        lines["jobs"].append(f"{job}\t{tool}\t{state}" if short else f"{job}\t{tool}\t{version}\t{state}\t{made}")
        numbers = [f"{chance.randrange(10**6)}.0000000" for _ in range(metrics)]
        lines["metric_num"] += [f"{job}\tcore\t{METRICS[i % 5]}{i // 5 or ''}\t{n}" for i, n in enumerate(numbers)]
        if "params" in lines:
            lines["params"] += [f'{job}\tfile_type\t"null"', f'{job}\tvalue\t"\\"{chance.randrange(99)}\\""']
        if "datasets" in lines:
            size = chance.choice(("-1", "None", "1200", "29710", "120000000"))
            lines["datasets"].append(f"{job}\t{job + 7}\tbam\t{size}\tinput1\tinput")
    return lines


def texts_of(form: str, lines: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """The bytes of each member: header, where the format has one, and lines."""
    headers = {} if form == "F3" else HEADERS
    return {
        kind: "".join(f"{line}\n" for line in ([headers[kind]] if kind in headers else []) + list(part)).encode()
        for kind, part in lines.items()
    }


def tar(files: Sequence[tuple[str, bytes]], kind: int = tarfile.PAX_FORMAT, level: int = 1) -> bytes:
    """A tar.gz of plain files in their order."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=level, mtime=0) as plain,
        tarfile.open(fileobj=plain, mode="w", format=kind) as archive,
    ):
        for name, body in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return packed.getvalue()


def describe(archive: bytes, version: int, generated: str, **changes: Any) -> bytes:
    """The metadata of an archive; `changes` replace keys, a value of `...` removes one."""
    keys: dict[str, Any] = {
        "version": version,
        "galaxy_version": "22.05",
        "generated": generated,
        "report_hash": f"sha256:{hashlib.sha256(archive).hexdigest()}",
        "metrics": {"_times": [["init_start", 0.0001]]},
        "users": {"active": 10, "total": 2131},
        "jobs": {"ok": 1},
    }
    if version == 1:
        keys["tools"] = [["upload1", "Upload File", "1.1.4", None, None, None]]
    keys.update(changes)
    return json.dumps({key: value for key, value in keys.items() if value is not ...}).encode()


def make_archive(
    form: str = "F6",
    jobs: Iterable[int] = range(1, 11),
    *,
    generated: str = "1656720000.0",
    seed: int = 0,
    metrics: int = 5,
    prefix: str = "",
    order: Sequence[str] | None = None,
    texts: Mapping[str, bytes | None] | None = None,
    extra: Sequence[tuple[str, bytes]] = (),
    **metadata: Any,
) -> Made:
    """A report of one of `FORMS`.

    Args:
        form: The format.
        jobs: Ids of its jobs.
        generated: Its id and Unix time.
        seed: Other rows for the same jobs.
        metrics: Numeric metrics of each job.
        prefix: Path before the names of members.
        order: Kinds of members in the order of the archive.
        texts: Members to replace by other bytes, or to leave out (None).
        extra: Further files.
        metadata: Keys of the metadata to replace, or to leave out (`...`).
    """
    version, kinds = FORMS[form]
    lines = lines_of(form, jobs, seed, metrics)
    bodies: dict[str, bytes | None] = {**texts_of(form, lines), **(texts or {})}
    files = [(f"{prefix}{generated}.{kind}.tsv", bodies[kind]) for kind in (order or list(bodies) or kinds)]
    archive = tar([*((name, body) for name, body in files if body is not None), *extra])
    rows = {kind: len(part) for kind, part in lines.items()}
    return Made(generated, archive, describe(archive, version, generated, **metadata), rows)


def write_large(path: Path, jobs: int, metrics: int = 5, first: int = 1) -> str:
    """Write an archive of many jobs without holding it; returns the hash of its bytes."""
    step = 100_000
    sizes = {kind: _size(kind, jobs, metrics, first, step) for kind in ("jobs", "metric_num")}
    with igzip.open(path, "wb", compresslevel=1) as plain:
        for kind, size in sizes.items():
            entry = tarfile.TarInfo(f"export/large.{kind}.tsv")
            entry.size = size
            plain.write(entry.tobuf(tarfile.PAX_FORMAT) + f"{HEADERS[kind]}\n".encode())
            for start in range(first, first + jobs, step):
                plain.write(_block(kind, start, min(step, first + jobs - start), metrics))
            plain.write(bytes(-size % 512))
        plain.write(bytes(1024))
    with path.open("rb") as packed:
        return hashlib.file_digest(packed, "sha256").hexdigest()


def _size(kind: str, jobs: int, metrics: int, first: int, step: int) -> int:
    blocks = (_block(kind, s, min(step, first + jobs - s), metrics) for s in range(first, first + jobs, step))
    return len(HEADERS[kind]) + 1 + sum(len(block) for block in blocks)


def _block(kind: str, start: int, count: int, metrics: int) -> bytes:
    ids = range(start, start + count)
    if kind == "jobs":
        tail = "\ttoolshed.g2.bx.psu.edu/repos/devteam/bowtie2/bowtie2/2.4.2\t2.4.2\tok\t2022-07-01 00:00:05.655763\n"
        return "".join([f"{job}{tail}" for job in ids]).encode()
    tails = [f"\tcore\t{METRICS[i % 5]}{i // 5 or ''}\t" for i in range(metrics)]
    return "".join([f"{job}{tail}{job % 9973}.0000000\n" for job in ids for tail in tails]).encode()
