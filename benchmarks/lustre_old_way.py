"""The old per-line programs, written anew after their description: what the kernels are measured against.

`report` is the group reporter of Lurge's last version (usage by group and base directory, its sub-directories and every
file type by regular expression; the base directory is looked for along all pairs of group and directory, line by line);
`inspect` is its project inspector (each file to its directory and all above it, four classes by regular expression);
`cut` is its group splitter (one gzip file for each group, at Python's own level, line by line).
"""

import base64
import gzip
import re
from collections import defaultdict
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

TYPES = {
    "SAM": re.compile(r"\.(sam)(\.gz)?$"),
    "BAM": re.compile(r"\.(bam)$"),
    "CRAM": re.compile(r"\.(cram)(\.gz)?$"),
    "VCF": re.compile(r"\.(vcf|bcf|gvcf)$"),
    "VCF (gzip)": re.compile(r"\.(vcf|bcf|gvcf)(\.gz)$"),
    "PEDBED": re.compile(r"\.(ped|bed)(\.gz)?$"),
    "FASTQ": re.compile(r"\.(fastq)$"),
    "FASTQ (gzip)": re.compile(r"\.(fastq)(\.gz)$"),
}
CLASSES = [
    re.compile(p)
    for p in (r"\.(bam|sam)(\.gz)?$", r"\.cram(\.gz)?$", r"\.(vcf|bcf|gvcf)(\.gz)?$", r"\.(ped|bed)(\.gz)?$")
]
AREA = re.compile(r"lustre/scratch[0-9]+/(?:realdata/mdt[0-9]/)?(?:projects|teams)")


def report(dump: Path, pairs: list[tuple[int, str]], as_of: int) -> dict[tuple[int, str], Any]:
    """Usage by group and base directory."""
    found: dict[tuple[int, str], Any] = {}
    with gzip.open(dump, "rt") as lines:
        for text in lines:
            fields = text.split()
            path = base64.b64decode(fields[0]).decode("UTF-8", "replace")
            size, gid, mtime, nlink = int(fields[1]), int(fields[3]), int(fields[5]), int(fields[9])
            base = next((each for group, each in pairs if group == gid and path.startswith(each)), None)
            if base is None:
                continue
            entry = found.setdefault((gid, base), {"used": 0, "last": 0, "below": {}})
            entry["used"] += int(size / nlink) if nlink else 0
            if entry["last"] < mtime < as_of:
                entry["last"] = mtime
            parts = path[len(base) :].strip("/").split("/")
            sub = entry["below"].setdefault("/".join(parts[:1]) if len(parts) > 1 else ".", [0, 0, 0, defaultdict(int)])
            if fields[7] == "f":
                sub[0] += size
                sub[1] += 1
                sub[2] = max(sub[2], mtime)
                for name, pattern in TYPES.items():
                    if pattern.search(path):
                        sub[3][name] += size
    return found


def pairs_in(dump: Path) -> list[tuple[int, str]]:
    """Pairs of group and base directory, as the scan's own `basedirs` would list them."""
    found = set()
    with gzip.open(dump, "rt") as lines:
        for text in lines:
            fields = text.split("\t")
            path = base64.b64decode(fields[0]).decode("UTF-8", "replace")
            parts = path.split("/")
            area = next((n for n, part in enumerate(parts) if part in ("projects", "teams")), None)
            if area is not None and len(parts) > area + 1:
                found.add((int(fields[3]), "/".join(parts[: area + 2])))
    return sorted(found)


def inspect(dump: Path) -> dict[str, list[int]]:
    """Size, files, newest change and four classes of every project directory and all above."""
    found: dict[str, list[int]] = {}
    with gzip.open(dump, "rt") as lines:
        for text in lines:
            fields = text.split()
            path = base64.b64decode(fields[0]).decode("UTF-8", "replace").strip("/")
            match = AREA.match(path)
            kind = fields[7]
            if match is None or kind not in ("d", "f"):
                continue
            parts = re.sub(r"realdata/mdt[0-9]/", "", path).split("/")[2:]
            parts = parts[:-1] if kind == "f" else parts
            key = parts[: 4 if len(parts) > 2 and parts[2].lower() == "users" else 3]
            size = int(int(fields[1]) / int(fields[9])) if kind == "f" and int(fields[9]) else 0
            klass = (
                next((n for n, pattern in enumerate(CLASSES) if pattern.search(path)), None) if kind == "f" else None
            )
            for above in range(1, len(key) + 1):
                row = found.setdefault("/".join(key[:above]), [0] * 7)
                row[0] += size
                row[1] += kind == "f"
                row[2] = max(row[2], int(fields[5]))
                if klass is not None:
                    row[3 + klass] += size
    return found


def cut(dump: Path, gids: Collection[int], folder: Path) -> dict[int, list[int]]:
    """Every wanted line to its group's file; lines and directories of each."""
    files: dict[int, Any] = {}
    counts: dict[int, list[int]] = {}
    with ExitStack() as stack, gzip.open(dump, "rt") as lines:
        for text in lines:
            fields = text.split()
            gid = int(fields[3])
            path = base64.b64decode(fields[0]).decode("UTF-8", "replace")
            if gid not in gids and not path.startswith(
                ("/lustre/scratch116/vr/projects", "/lustre/scratch116/tol/projects")
            ):
                continue
            if gid not in files:
                files[gid], counts[gid] = stack.enter_context(gzip.open(folder / f"{gid}.dat.gz", "wt")), [0, 0]
            files[gid].write(text)
            counts[gid][0] += 1
            counts[gid][1] += fields[7] == "d"
    return counts
