"""Strings that did harm elsewhere: each is refused with its reason, or runs and touches nothing but its own folder."""

import os
import socket
from pathlib import Path

import pytest

from grt_platform.adapters.bcftools.step import Step
from grt_platform.adapters.bcftools.tool import StepFailedError
from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.command import RefusedCommandError
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform_tests.adapters.bcftools.test_confine import has_landlock
from grt_platform_tests.systems.variants.engine.project import Project

SECRET = "the secret of the installation"
# {out}: a file that must not come to be; {secret}: one that must not be read; {port}: where nobody may call.
ATTACKS = [
    "view -r 21 -Go{out} --",
    "view -r 21 -G -o {out}",
    "view --output={out}",
    "view --outp={out}",
    "view -GOz",
    "view -Gh",
    "view -GT {secret}",
    "view -GS {secret}",
    "view --regions-f={secret}",
    "view --regions-file {secret}",
    "view --targets-fil {secret}",
    "view --samples-fil={secret}",
    "view --apply-filt PASS",
    "view --header-onl",
    "view --thr 64",
    "view --threads 64",
    "view -G {secret}",
    "view -G /etc/passwd",
    "view -G -- {secret}",
    "view -G -",
    "view -G http://127.0.0.1:{port}/x.vcf.gz",
    "view -G s3://bucket/x",
    "view -G gs://bucket/x",
    "view -r http://127.0.0.1:{port}/x.vcf.gz",
    "view -t ^{secret}",
    "view -i 'ID=@{secret}'",
    'view -i "ID=@{secret}"',
    "view -e 'ID!=@{secret}'",
    "view -i 'perl:path.name'",
    "view -i 'perl:{secret}; perl.system(1)'",
    "filter -i 'ID=@{secret}'",
    "filter --mask-file {secret}",
    "filter -M {secret}",
    "norm -f {secret} -m-",
    "norm -c s -f {secret}",
    "norm --fasta-ref={secret} -m -both",
    "annotate -a {secret} -c ID",
    "annotate -h {secret}",
    "annotate -x INFO/DP -o {out}",
    "annotate --rename-chrs {secret} -x ID",
    "annotate -x ID -S {secret}",
    "sort -T {out}",
    "sort --temp-dir={out}",
    "sort -o {out}",
    "query -f '%CHROM\\n' -o {out}",
    "query -f '%CHROM\\n' -v {secret}",
    "query --vcf-list {secret} -f '%CHROM'",
    "query -f '%CHROM\\n' -i 'N_PASS(GT=\"alt\")>@{secret}'",
    "plugin fill-tags",
    "+fill-tags -- -t all",
    "view | +{secret}",
    "mpileup -f {secret}",
    "view -c 1 && touch {out}",
    "view -c 1 | tee {out}",
    "view -c 1 > {out}",
    "view -c `touch {out}`",
    "view -c $(touch {out})",
    "view -c 1; touch {out}",
    "view -c 1\n touch {out}",
    "view -i 'POS>1' ; view -W={out}",
    "view --write-index",
    "view --verbosity 9",
    "view -c 1 -l 9",
    "view -i ''",
    "view -r ''",
    "view -s ^s1",
    "view -s s1,s2",
    "view -S {secret}",
    "view -i 'POS>" + "(" * 5000 + "1'",
    "view -i 'POS>" + "9" * 5000 + "'",
    "view \x00 -c 1",
    "view -i 'ID=\"\x00\"'",
    "view " + "-c 1 " * 2000,
    "view; " * 2000,
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("attacks"), time_s=20)
    project.add("a.vcf.gz", ["s1"], ["21 10 A C 0/1", "1 20 A C 1/1"], contigs=("21", "1"))
    return project


def listing(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("form", [ResultFormat.VCF, ResultFormat.TSV], ids=["vcf", "tsv"])
def test_it_is_refused_or_harmless(project: Project, tmp_path: Path, attack: str, form: ResultFormat) -> None:
    secret, out = tmp_path / "secret", tmp_path / "out"
    secret.write_text(f"{SECRET}\n")
    before = listing(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = str(server.getsockname()[1])
        command = attack.replace("{out}", str(out)).replace("{secret}", str(secret)).replace("{port}", port)
        told = ""
        try:
            answer = project.ask(command, form=form)
            told = answer.result.read_bytes().decode("latin-1") + answer.log.read_text()
        except RefusedCommandError as refused:
            told = str(refused)
            assert len(told) < 2000
            assert "segment" in told or "command" in told.lower()
        except BadInputError as error:
            told = str(error)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert SECRET not in told
    assert "root:" not in told
    assert listing(tmp_path) == before


def test_all_are_refused_before_anything_runs_but_a_strange_contig_and_a_huge_number(project: Project) -> None:
    accepted = []
    for attack in ATTACKS:
        try:
            project.ask(attack)
        except RefusedCommandError:
            continue
        accepted.append(attack[:20])
    assert accepted == ["view -t ^{secret}", "view -i 'POS>9999999"]


# --- the walls behind the whitelist: what a child could do if a string came through


@pytest.mark.skipif(not has_landlock(), reason="a kernel with Landlock keeps children from writing elsewhere")
def test_a_child_writes_no_file_outside_its_folder(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept.vcf").write_text("kept")
    source = os.fspath(project.made["a.vcf.gz"].bcf)
    for name in ("kept.vcf", "new.vcf"):
        job = tmp_path / name
        job.mkdir()
        before = listing(tmp_path / "outside")
        with pytest.raises(StepFailedError):
            project.tool.run([Step(("view", "-o", str(tmp_path / "outside" / name), source))], job)
        assert listing(tmp_path / "outside") == before
    assert (tmp_path / "outside" / "kept.vcf").read_text() == "kept"
