"""What is said of commands, held against the real bcftools: each option is one it knows, and what is done to each file
before the files are combined changes nothing.
"""

import random
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from grt_platform.systems.variants.logic.command import RefusedCommandError, Segment, parse_command
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.pushdown import Pushdown
from grt_platform.systems.variants.logic.whitelist import VERBS
from grt_platform_tests.vcf_files import vcf_text, write_vcf

pytestmark = pytest.mark.service
LONGEST = 9
FORMS = {"query": ResultFormat.TSV}


@pytest.fixture(scope="module")
def bcftools() -> str:
    found = shutil.which("bcftools")
    if found is None:
        pytest.skip("not here: bcftools; install bcftools (Debian)")
    return found


def run(bcftools: str, *arguments: str, given: bytes | None = None) -> bytes:
    done = subprocess.run([bcftools, *arguments], input=given, capture_output=True, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def merged(bcftools: str, files: Sequence[Path]) -> bytes:
    return run(bcftools, "merge", "-Ou", *map(str, files))


def after(bcftools: str, data: bytes, segments: Iterable[Segment]) -> bytes:
    """The records, without header."""
    for segment in segments:
        data = run(bcftools, segment.verb, *segment.arguments, "-Ou", given=data)
    return run(bcftools, "view", "-H", given=data)


def restricted(bcftools: str, files: Sequence[Path], pushdown: Pushdown) -> list[Path]:
    regions = ",".join(region.text for region in pushdown.regions)
    made = []
    for path in files:
        out = path.with_suffix(".part.bcf")
        run(
            bcftools,
            "view",
            "-r",
            regions,
            "--regions-overlap",
            str(pushdown.overlap),
            "-Ob",
            "-o",
            str(out),
            str(path),
        )
        run(bcftools, "index", "-f", str(out))
        made.append(out)
    return made


def cohort(bcftools: str, folder: Path, chance: random.Random) -> list[Path]:
    """Three files of two samples each, with SNPs, deletions of many lengths, and sites like the reference."""
    made = []
    for number in range(3):
        records = {}
        for contig in "12":
            for position in sorted(chance.choices(range(1, 60), k=12)):
                reference = ("ACGT" * 20)[position % 4 :][: chance.choice([1, 1, 1, 2, 5, LONGEST])]
                other = reference[0] if len(reference) > 1 else chance.choice([*set("ACGT") - set(reference), "AT"])
                alternative = chance.choice([other, other, "."])
                calls = ["0/0", "./."] if alternative == "." else ["0/0", "0/1", "1/1", "./."]
                genotypes = " ".join(chance.choices(calls, k=2))
                records[contig, position, reference] = f"{contig} {position} {reference} {alternative} {genotypes}"
        path = write_vcf(folder / f"{number}.vcf.gz", [f"S{number}a", f"S{number}b"], records.values())
        run(bcftools, "index", str(path))
        made.append(path)
    return made


@pytest.mark.parametrize("seed", range(5))
def test_what_is_left_out_of_each_file_before_changes_no_genotype(bcftools, tmp_path, seed):
    chance = random.Random(seed)
    files = cohort(bcftools, tmp_path, chance)
    whole = merged(bcftools, files)
    for overlap in ("-r {}", "-r {} --regions-overlap 0", "-r {} --regions-overlap 2", "-t {}"):
        first = chance.randint(1, 50)
        region = overlap.format(f"1:{first}-{first + chance.randint(0, 12)}")
        for text in (f"view {region}", f"view -i 'AC>0' ; view {region} -m2", f"norm -m- ; view {region}"):
            command = parse_command(text, ResultFormat.VCF)
            parts = restricted(bcftools, files, command.pushdown.widened(LONGEST))
            ours = after(bcftools, merged(bcftools, parts), command.after_pushdown())
            assert ours == after(bcftools, whole, command.segments), text


def test_types_are_told_apart_after_combining_alone(bcftools, tmp_path):
    first = write_vcf(tmp_path / "a.vcf.gz", ["S1"], ["1 5 A C 0/1"])
    second = write_vcf(tmp_path / "b.vcf.gz", ["S2"], ["1 5 A . 0/0"])
    for path in (first, second):
        run(bcftools, "index", str(path))
    command = parse_command("view -v snps", ResultFormat.VCF)
    assert command.pushdown is None
    [right] = after(bcftools, merged(bcftools, [first, second]), command.segments).splitlines()
    assert right.endswith(b"\t0/1\t0/0")
    parts = []
    for path in (first, second):
        parts.append(path.with_suffix(".bcf"))
        run(bcftools, "view", "-v", "snps", "-Ob", "-o", str(parts[-1]), str(path))
        run(bcftools, "index", str(parts[-1]))
    [wrong] = run(bcftools, "view", "-H", given=merged(bcftools, parts)).splitlines()
    assert wrong.endswith(b"\t0/1\t./.")


COMMANDS = """
view -I; view -a; view -G; view -c 1; view -C 5:minor; view -q 0.1:minor; view -Q .9; view -m2; view -M2; view -k
view -f PASS,.; view -g ^het; view -g hom; view -i 'AC>1'; view -e AC>1; view -n; view -p; view -P; view -u; view -U
view -v snps,indels,mnps,ref,bnd,other; view -V bnd; view -r 1:1-1000,2; view -t ^1:1-5; view --no-version; view -s
norm -m-; norm -m +any; norm -d exact; norm -D; norm -a --atom-overlaps .; norm -N -m-; norm -m- -s -w 5000 -t 1
norm -m- --old-rec-tag OLD --keep-sum AD; annotate -x ^FORMAT/GT; annotate -x INFO,^FORMAT/GT,ID,QUAL,FILTER; sort
annotate -x FILTER/PASS,FMT/AD -i AC>1; annotate -x INFO/DP -e AC>1 -k; filter -g 3:indel,mnp; filter -G 5 -r 1
filter --mask ^1:1-5 --mask-overlap 1 -s x; filter -s + -m +x -e AC>1; filter -s low -i AC>1; filter -S . -i QUAL>1
""".replace("\n", ";")
TABLES = (
    r"query -f '%CHROM\t%POS[\t%GT]'",
    r"query -H -u -f '%INFO/XX %TYPE %END\n'",
    r"""query -f '%N_PASS(GT="alt") %REF{0}\n' -e 'AC>9'""",
    r"query -i 'AC>0' -r 1 -f '%ID [%SAMPLE=%TGT;]\n' -s",
)


@pytest.mark.parametrize("text", [part.strip() for part in COMMANDS.split(";") if part.strip()] + list(TABLES))
def test_every_option_of_the_list_is_one_that_bcftools_knows(bcftools, tmp_path, text):
    more = ['##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depth">\n']
    data = vcf_text(["S1", "S2"], ["1 5 A C 0/1 1/1", "1 9 AT A,T 0/1 1/2", "2 3 C T 0/0 0/1"], more=more).encode()
    form = ResultFormat.TSV if text.startswith("query") else ResultFormat.VCF
    for segment in parse_command(text, form).segments:
        answer = run(bcftools, segment.verb, *segment.arguments, given=data)
        assert answer.endswith(b"\n")


def test_a_region_in_a_stream_is_the_same_as_in_an_indexed_file_and_keeps_the_order(bcftools, tmp_path):
    records = ["1 95 ACGTACGTAC A 0/1", "1 95 A C 0/1", "1 100 A C 0/1", "1 120 A C 0/1", "2 5 A C 0/1"]
    path = write_vcf(tmp_path / "a.vcf.gz", ["S1"], records)
    run(bcftools, "index", str(path))
    for overlap in ("0", "1", "2"):
        asked = ["-r", "2,1:98-110", "--regions-overlap", overlap]
        indexed = run(bcftools, "view", "-H", *asked, str(path)).splitlines()
        [segment] = parse_command(" ".join(["view", *asked]), ResultFormat.VCF).segments
        streamed = after(bcftools, run(bcftools, "view", "-Ou", str(path)), [segment]).splitlines()
        assert sorted(indexed) == sorted(streamed)
        assert [line[:1] for line in streamed] == sorted(line[:1] for line in streamed)


VALUES = """1|0.1|0.5:minor|2:nref|PASS,.|^het|hom|snps,indels|TYPE="snp"
1:1-200|^1:5-9,2|pos|AC>1|GT="alt"|INFO/DP>3|QUAL<|AC[0-
%CHROM\\t%POS\\n|[%GT ]|%N_PASS(GT="alt")|%|+|x|INFO,FORMAT|^INFO/DP|AD|both|-any|+snps|*|.|0|/etc/passwd|file.txt|{}|~
INFO/X~"(a+)+$"|GT[0:1]|AD[*:*]|1/0|binom(AD)|SMPL_MAX(DP)|http://127.0.0.1:1/x|-o x|--output=x|@x|>x"""


def test_whatever_is_accepted_writes_nothing_but_its_output(bcftools, tmp_path):
    chance, accepted = random.Random(3), 0
    values = [value for line in VALUES.splitlines() for value in line.split("|")]
    source = write_vcf(tmp_path / "a.vcf.gz", ["S1", "S2"], ["1 5 A C 0/1 1/1", "1 9 AT A,T 0/1 1/2"])
    empty = tmp_path / "empty"
    empty.mkdir()
    while accepted < 150:
        verb = chance.choice(list(VERBS.values()))
        words = [verb.name]
        for option in chance.sample(list(verb.options.values()), min(len(verb.options), chance.randint(0, 3))):
            words.append(f"-{option.short}" if option.short and chance.random() < 0.6 else f"--{option.name}")
            words += [shlex.quote(chance.choice(values))] if option.read else []
        try:
            [segment] = parse_command(" ".join(words), FORMS.get(verb.name, ResultFormat.VCF)).segments
        except RefusedCommandError:
            continue
        accepted += 1
        subprocess.run(
            [bcftools, segment.verb, *segment.arguments, str(source)],
            cwd=empty,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert list(empty.iterdir()) == [], words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.vcf.gz", "empty"]
