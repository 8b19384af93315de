"""Commands: what is harmless is written anew, all else is refused with its place; attacks of the reference first."""

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.command import RefusedCommandError, parse_command
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.regions import parse_regions
from grt_platform.systems.variants.logic.whitelist import DENIED, DENIED_EVERYWHERE, DENIED_LETTERS, VERBS


def parsed(text: str, output: ResultFormat = ResultFormat.VCF):
    return parse_command(text, output)


def arguments(text: str, output: ResultFormat = ResultFormat.VCF):
    return [(segment.verb, *segment.arguments) for segment in parsed(text, output).segments]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("view -r 21 -Go/any/path --", "write each option by itself"),
        ("view -GOz", "write each option by itself"),
        ("view -Gh", "write each option by itself"),
        ("view -GT f", "write each option by itself"),
        ("view -GS f", "write each option by itself"),
        ("view -G -T f", "a file cannot be named"),
        ("view -S f", "a file cannot be named"),
        ("view -R f", "a file cannot be named"),
        ("view --outp=x", "--outp is short for --output"),
        ("view --regions-f=/etc/passwd", "--regions-f is short for --regions-file"),
        ("view --targets-fil x", "is short for --targets-file"),
        ("view --samples-fil=x", "is short for --samples-file"),
        ("view --apply-filt PASS", "options are written in full: --apply-filters"),
        ("view --header-onl", "is short for --header-only"),
        ("view --thr 64", "is short for --threads"),
        ("view --threads 64", "the platform decides that itself"),
        ("view -W", "every result gets its index"),
        ("view -Ob", "chosen by the platform"),
        ("view -o /tmp/x", "chosen by the platform"),
        ("view -l 9", "chosen by the platform"),
        ("view --verbosity 9", "the platform decides that itself"),
        ("view -G /path/secret.bin", "only options may stand here"),
        ("view /etc/passwd", "only options may stand here"),
        ("view -- -x", "input and output are the platform's"),
        ("view -", "input and output are the platform's"),
        ("view -G x.vcf.gz", "only options may stand here"),
        ("view -G http://127.0.0.1:1/x", "no address can be read from"),
        ("view -G s3://bucket/x", "no address can be read from"),
        ("view -G gs://bucket/x", "no address can be read from"),
        ("view -i 'ID=@/etc/passwd'", "'@' would read a file"),
        ("view -i 'GT[@/etc/passwd]=\"alt\"'", "'@' would read a file"),
        ("view -i 'perl:/tmp/x.pl; f(AC)'", "perl is not available"),
        ("view -e 'PERL . x'", "perl is not available"),
        ("view -G && touch /tmp/x", "there is no shell here"),
        ("view -G | tee /tmp/x", "there is no shell here"),
        ("view -G > /tmp/x", "there is no shell here"),
        ("view -G $(id)", "only options may stand here"),
        ("view -G `id`", "only options may stand here"),
        ("view -i 'AC>`id`'", "a backtick means nothing"),
        ("view -r ../../etc", None),
        ("view -r '/etc/passwd,1'", None),
        ("query -f '%CHROM' --vcf-list f", "a file cannot be named"),
        ("query -f '%N_PASS(GT=@f)'", "'@' would read a file"),
        ("query -f 'a@b'", "'@' would read a file"),
        ("annotate -x INFO -a f.gz", "a file cannot be named"),
        ("annotate -h f", "a file cannot be named"),
        ("annotate --rename-chrs f -x ID", "a file cannot be named"),
        ("annotate -x ../x", "cannot be removed"),
        ("norm -f /etc/passwd -m-", "no reference genome"),
        ("norm -c w -m-", "no reference genome"),
        ("sort -T /tmp", "the platform decides that itself"),
        ("sort -m 900G", "the platform decides that itself"),
        ("filter -M f -s x", "a file cannot be named"),
        ("plugin fill-tags", "a segment begins with view, norm"),
        ("+fill-tags", "a segment begins with view, norm"),
        ("merge a b", "a segment begins with view, norm"),
        ("bcftools view -G", "leave out 'bcftools'"),
        ("VIEW -G", "a segment begins with view"),
        ("view -s A,B", "chosen beside the command"),
        ("view -sA", "chosen beside the command"),
        ("view --samples A", "chosen beside the command"),
        ("view --samples=A", "chosen beside the command"),
        ("view --force-samples", "chosen beside the command"),
        ("view -x", "private to them"),
        ("view -h", "a result has records too"),
        ("view -H", "could not be read"),
        ("", "segment 1: it is empty"),
        (";", "segment 1: it is empty"),
        ("view -G;", "at character 9: segment 2: it is empty"),
        ("view -i 'ID=\";\"'; ;view", "at character 19, ';': segment 2: it is empty"),
        ("view -G; ;view -a", "segment 2: it is empty"),
        ("view -r", "its value is missing"),
        ("view -r ''", "cannot be the name"),
        ("view -i ''", "the expression is empty"),
        ("view -i -G", "its value is missing"),
        ("view -i 'AC>1", "the quote ' is not closed"),
        ("view -i '(AC>1'", "a ')' is missing"),
        ("view -i 'AC>1)'", "closes nothing"),
        ("view -i 'ID=\"x'", "a string is not closed"),
        ("view -i AC\\>1", "a backslash must stand inside quotes"),
        ("view -i 'AC>1' -e 'AC>2'", "cannot stand in one segment"),
        ("view -r 1 -t 2", "cannot stand in one segment"),
        ("view -G -G", "it stands twice"),
        ("view -m 2 --min-alleles 3", "it stands twice"),
        ("view -m -1", "its value is missing"),
        ("view -m 2.5", "is no whole number"),
        ("view -q 1.5", "is no number from 0 to 1"),
        ("view -q nan", "is no number from 0 to 1"),
        ("view -q 0.1:all", "is none of nref"),
        ("view -v snp", "is none of snps"),
        ("view -g homo", "is none of hom"),
        ("view -f 'PASS;rm'", "cannot name a filter"),
        ("view -r=1", "write --regions=1"),
        ("view -G=1", "write each option by itself"),
        ("view --drop-genotypes=1", "it takes no value"),
        ("view -Z", "view has no option -Z"),
        ("view --minac 1", "options are written in full: --min-ac"),
        ("view --", "input and output are the platform's"),
        ("view --regions-overlap 1", "it needs --regions beside it"),
        ("filter --mask 1:1-5", "it needs --soft-filter beside it"),
        ("norm -N", "norm does nothing without"),
        ("annotate -k", "annotate does nothing without"),
        ("query -H", "query does nothing without"),
        ("query -f '%CHROM\\n'", "must be the last segment"),
        ("query -f '% x'", "names no field"),
        ("query -f '[%GT[%DP]]'", "brackets"),
        ("query -f '\\0'", "means nothing"),
        ("view -r 1; view -r 2", "lie on other contigs"),
        ("view -i 'A\u202eC>1'", "cannot be seen"),
        ("view -i 'AC\0>1'", "cannot be seen"),
        ("view\u00a0-G", "a segment begins with view"),
        ("view -r 1:5-2", "ends before it begins"),
        ("view -r 1:0-2", "positions are from 1"),
        ("view -r 1:99999999999999999999-", "positions are from 1"),
        ("view -r '^1'", "cannot be the name"),
        ("view " + "-G " * 30_000, "longer than"),
        ("view;" * 40 + "view", "32 are the most"),
        ("view -i '" + "(" * 200 + ")" * 200 + "'", "deep"),
    ],
)
def test_what_is_not_on_the_list_is_refused_and_told_where(text, told):
    if told is None:  # a strange name of a contig is a name, nothing else: it is never a path
        assert all(one.startswith(("view", "--targets")) for one in arguments(text)[0])
        return
    output = ResultFormat.TSV if text.startswith("query") and "last segment" not in told else ResultFormat.VCF
    with pytest.raises(RefusedCommandError) as refusal:
        parsed(text, output)
    assert isinstance(refusal.value, BadInputError)
    assert told in str(refusal.value)
    assert re.match(r"The command is refused at character \d+[,:] ", str(refusal.value))
    assert str(refusal.value).isprintable()


def test_a_refusal_says_where():
    with pytest.raises(RefusedCommandError) as refusal:
        parsed("view -G; view -i 'ID=@/etc/passwd'")
    assert refusal.value.position == 17
    assert str(refusal.value) == (
        "The command is refused at character 18, \"'ID=@/etc/passwd'\": segment 2: --include: '@' would read a file, "
        "which no query may; compare with the values themselves."
    )


@pytest.mark.parametrize(
    ("text", "rebuilt"),
    [
        ("view -s -r 21:1-5", [("view", "--targets=21:1-5", "--targets-overlap=1")]),
        ("view -m2 -M2 -v snps", [("view", "--max-alleles=2", "--min-alleles=2", "--types=snps")]),
        ("view -c1 -q .05:minor", [("view", "--min-ac=1", "--min-af=.05:minor")]),
        (
            "view -i 'AF>1 && ID=\"a;b\"' ; view -G",
            [("view", '--include=AF>1 && ID="a;b"'), ("view", "--drop-genotypes")],
        ),
        ('view -i "ID=\\"x\\""', [("view", '--include=ID="x"')]),
        ("view --include='AC>1'", [("view", "--include=AC>1")]),
        ("view -i'AC>1'", [("view", "--include=AC>1")]),
        ('view -i "-1<AC"', [("view", "--include=-1<AC")]),
        ("view -v indels,snps,snps", [("view", "--types=snps,indels")]),
        ("view -g ^het -f PASS,.", [("view", "--apply-filters=PASS,.", "--genotype=^het")]),
        ("view -t ^1:5-9,2 --targets-overlap variant", [("view", "--targets=^1:5-9,2", "--targets-overlap=2")]),
        ("view -r 2,1:7-9,1:1-8 --regions-overlap pos", [("view", "--targets=2,1:1-9", "--targets-overlap=0")]),
        ("norm -m- ; norm -m -any", [("norm", "--multiallelics=-both"), ("norm", "--multiallelics=-any")]),
        ("norm -m+snps", [("norm", "--multiallelics=+snps")]),
        ("norm -N -d exact", [("norm", "--rm-dup=exact", "-N")]),
        ("annotate -x ID,^INFO/AF,FORMAT/PL", [("annotate", "--remove=ID,^INFO/AF,FORMAT/PL")]),
        ("filter -g 3:mnp,indel -G 5", [("filter", "--IndelGap=5", "--SnpGap=3:indel,mnp")]),
        ("filter -s + -m +x", [("filter", "--mode=+x", "--soft-filter=+")]),
        ("filter -S . -e 'FMT/DP<3'", [("filter", "--exclude=FMT/DP<3", "--set-GTs=.")]),
        ("sort", [("sort",)]),
        ("view", [("view",)]),
        ("\n view\t-G \n", [("view", "--drop-genotypes")]),
    ],
)
def test_the_list_of_arguments_is_made_anew_in_long_forms(text, rebuilt):
    assert arguments(text) == rebuilt


def test_a_table_comes_of_query_as_last_segment_and_ends_its_lines():
    assert arguments("view -G; query -H -f '%CHROM\\t%POS[\\t%GT]'", ResultFormat.TSV) == [
        ("view", "--drop-genotypes"),
        ("query", "--format=%CHROM\\t%POS[\\t%GT]\\n", "--print-header"),
    ]
    with pytest.raises(RefusedCommandError, match="a table"):
        parsed("view -G", ResultFormat.TSV)
    with pytest.raises(RefusedCommandError, match="segment 1: query makes a table"):
        parsed("query -f '%ID\\n'; query -f '%ID\\n'", ResultFormat.TSV)


def test_regions_asked_for_beside_the_command_come_first_and_move_no_number():
    command = parse_command("view -G; norm -m-", ResultFormat.VCF, parse_regions("2,1:5-9"))
    assert [segment.normal for segment in command.segments] == [
        "view --targets=2,1:5-9 --targets-overlap=1",
        "view --drop-genotypes",
        "norm --multiallelics=-both",
    ]
    assert command.regions == parse_regions("2,1:5-9")
    with pytest.raises(RefusedCommandError, match="segment 1: its regions lie on other contigs"):
        parse_command("view -r 3", ResultFormat.VCF, parse_regions("2"))
    with pytest.raises(BadInputError, match="The regions cannot be read: '1:x' is no region"):
        parse_regions("1:x")
    assert parse_regions(" ") == ()


def test_two_spellings_of_one_command_have_one_normal_form():
    one = parsed("view -r 21 -s -m2;norm -m -")
    other = parsed("view --min-alleles '02' --regions=21; norm --multiallelics -both")
    assert (
        one.normal
        == other.normal
        == "view --min-alleles=2 --targets=21 --targets-overlap=1; norm --multiallelics=-both"
    )
    assert parsed("view -r 21 --regions-overlap 0").normal != parsed("view -r 21").normal


def test_the_mark_for_samples_changes_nothing_but_is_known():
    with_mark, without = parsed("view -s -G").segments[0], parsed("view -G").segments[0]
    assert {option.name for option in set(with_mark.options) - set(without.options)} == {"samples"}
    assert with_mark.arguments == without.arguments


def test_a_command_says_which_bcftools_it_needs():
    assert parsed("view -G").needs == (1, 16)
    assert parsed("view -A").needs == (1, 18)
    assert parsed("view -r {HLA-A*01:01}:5-9").needs == (1, 18)


def test_every_denied_option_is_explained_and_none_is_allowed_too():
    named = {name for letters in DENIED_LETTERS.values() for name in letters.values()} | set(DENIED_EVERYWHERE.values())
    assert named <= set(DENIED)
    for verb in VERBS.values():
        assert not set(verb.options) & set(DENIED)
        letters = [known.short for known in verb.options.values() if known.short]
        assert len(letters) == len(set(letters))
        denied = {*DENIED_LETTERS.get(verb.name, {}), *DENIED_EVERYWHERE}
        assert not set(letters) & denied


SCRAPS = st.sampled_from(
    [
        *"@;'\"\\[{|`=- \n",
        *VERBS,
        *DENIED,
        "-i",
        "-r",
        "-s",
        "-G",
        "-o",
        "--",
        "-m",
        "-any",
        "-f",
        "--include",
        "--format",
    ]
)
MORE = st.sampled_from(["perl:", "/etc/passwd", "$(id)", "%CHROM", "AC>1", "1:5-9", "http://x", "--out", "--targets=1"])


@given(st.lists(st.one_of(SCRAPS, MORE, st.text(max_size=3)), max_size=12).map("".join), st.sampled_from(ResultFormat))
def test_any_text_is_refused_or_holds_only_known_options_without_reach(text, output):
    try:
        command = parse_command(text, output)
    except RefusedCommandError:
        return
    for segment in command.segments:
        known = {known.written or f"--{name}" for name, known in VERBS[segment.verb].options.items()}
        for argument in segment.arguments:
            assert argument.partition("=")[0] in known
            assert "@" not in argument or argument.startswith(("--targets=", "--mask="))
            assert not set(argument) & set("\0\n\r`")
    again = parse_command(command.normal, output)
    assert again.normal == command.normal
    assert [shlex.split(segment.normal)[0] for segment in again.segments] == [one.verb for one in command.segments]
